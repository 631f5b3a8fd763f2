import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Dashboards, deadEntry, problem, send } from '../testing/dashboards.js';
import type { ExplanationView } from '../views/explanation-view.js';
import type { Snapshot } from '../views/snapshot-view.js';
import type { LoggedStallView } from '../views/stall-view.js';

let dashboards: Dashboards;

beforeEach(() => {
  dashboards = new Dashboards();
});

afterEach(() => dashboards.close());

async function read<Body>(url: string): Promise<Body> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

async function add(set: string, score: number, entry: string): Promise<void> {
  await dashboards.redis.zadd(`${dashboards.namespace}:${set}`, score, entry);
}

async function wait(name: string, id: string): Promise<void> {
  const { redis, namespace } = dashboards;
  await redis.sadd(`${namespace}:known_jobs`, name);
  await redis.lpush(`${namespace}:jobs:${name}`, JSON.stringify({ name, id, t: 1, args: {} }));
}

const codes = ({ reasons }: ExplanationView) => reasons.map(({ code }) => code);

describe('an explanation', () => {
  it('has the reasons of a job, in order, with their remedies', async () => {
    const url = await dashboards.serve();
    await wait('n', 'a');
    await send(`${url}/api/queues/n/pause`);
    const explained = await read<ExplanationView>(`${url}/api/explain?id=a&name=n`);
    expect(explained).toMatchObject({ id: 'a', jobName: 'n', state: 'queued', verdict: 'blocked' });
    expect(codes(explained)).toEqual(['paused', 'noLivePool']);
    expect(explained.reasons[0]?.remedy).toContain('resume');
  });

  it('changes at once when somebody acts on it', async () => {
    const url = await dashboards.serve();
    await wait('n', 'a');
    await send(`${url}/api/queues/n/pause`);
    const address = `${url}/api/explain?name=n`;
    expect(codes(await read(address))).toContain('paused');
    await send(`${url}/api/queues/n/resume`);
    expect(codes(await read(address))).not.toContain('paused');
  });

  it('has times in seconds, and the job’s error after redaction', async () => {
    const url = await dashboards.serve({ redactError: ({ text }) => text.replace('boom', '…') });
    await add('dead', 7, deadEntry('d'));
    const { reasons } = await read<ExplanationView>(`${url}/api/explain?id=d`);
    expect(reasons[0]).toMatchObject({ code: 'dead', since: 7, error: '…' });
  });

  it('is refused for jobs that the user may not see, whatever was asked', async () => {
    const url = await dashboards.serve({
      authenticate: () => 'ada',
      authorize: (_user, _action, _request, { jobName }) => jobName === 'mine',
    });
    await wait('mine', 'a');
    await wait('n', 'b');
    await add('dead', 7, deadEntry('d'));
    const ask = (query: string) => fetch(`${url}/api/explain?${query}`);
    expect((await ask('name=mine')).status).toBe(200);
    expect((await ask('id=a')).status).toBe(200);
    expect((await ask('id=a&name=mine')).status).toBe(200);
    expect((await ask('id=nowhere&name=mine')).status).toBe(200);
    for (const query of ['name=n', 'id=b', 'id=d', 'id=d&name=n', 'id=d&name=mine', 'id=nowhere']) {
      const answer = await ask(query);
      const { jobName } = (await answer.clone().json()) as { jobName?: string };
      expect([query, answer.status === 403 || jobName === 'mine']).toEqual([query, true]);
    }
  });

  it.each(['', '?id=', `?id=${'x'.repeat(1_001)}`, '?name=a:paused', '?id=a&id=b'])(
    'is refused for the query "%s"',
    async (query) => {
      const url = await dashboards.serve();
      const { status } = await problem(await fetch(`${url}/api/explain${query}`));
      expect(status).toBe(400);
    },
  );
});

describe('the alerts', () => {
  const stall = (subject: string, since: number) => ({
    ...{ kind: 'waiting', subject, text: `${subject} waits.`, remedy: 'Look.' },
    since: new Date(since * 1000),
  });

  async function note(stalls: readonly object[], log: readonly object[]): Promise<void> {
    const { redis, namespace } = dashboards;
    const own = `${namespace}:nestcraft`;
    await redis.zadd(`${own}:stall_notes`, '+inf', `${own}:stalls:s`);
    const notes = stalls.map((one, index) => [`waiting:${index}`, JSON.stringify(one)]);
    await redis.hset(`${own}:stalls:s`, notes.flat());
    await redis.rpush(`${own}:stall_log`, ...log.map((one) => JSON.stringify(one)));
  }

  it('come with the snapshot: the oldest stalls, and how many there are', async () => {
    const url = await dashboards.serve();
    const many = Array.from({ length: 25 }, (_, i) => stall(`n${i}`, 100 - i));
    await note(many, [stall('n', 1)]);
    const { stalls, stalling } = await read<Snapshot>(`${url}/api/snapshot`);
    expect(stalling).toBe(25);
    expect(stalls).toHaveLength(20);
    expect(stalls[0]).toEqual({
      ...{ kind: 'waiting', subject: 'n24', since: 76, text: 'n24 waits.', remedy: 'Look.' },
    });
  });

  it('are logged with their ends', async () => {
    const url = await dashboards.serve();
    const recovery = { ...stall('n', 5), recoveredAt: new Date(9_000) };
    await note([stall('m', 6)], [recovery, stall('n', 5)]);
    const { stalls } = await read<{ stalls: LoggedStallView[] }>(`${url}/api/alerts`);
    expect(stalls).toMatchObject([
      { subject: 'n', since: 5, recoveredAt: 9 },
      { subject: 'n', since: 5 },
    ]);
  });
});

describe('the repair of locks', () => {
  it('shows first what it changes, then changes that, and then nothing', async () => {
    const url = await dashboards.serve();
    const { redis, namespace } = dashboards;
    await wait('n', 'a');
    await redis.set(`${namespace}:jobs:n:lock`, 5);
    const repairs = { repairs: [{ jobName: 'n', before: 5, after: 0 }], total: 1 };
    expect(await read(`${url}/api/locks`)).toEqual(repairs);
    expect(await redis.get(`${namespace}:jobs:n:lock`)).toBe('5');
    expect(await (await send(`${url}/api/locks/repair`)).json()).toEqual(repairs);
    expect(Number(await redis.get(`${namespace}:jobs:n:lock`))).toBe(0);
    expect(await read(`${url}/api/locks`)).toEqual({ repairs: [], total: 0 });
  });

  it('is refused by a dashboard that is read-only, which still shows it', async () => {
    const url = await dashboards.serve({ readOnly: true });
    expect((await fetch(`${url}/api/locks`)).status).toBe(200);
    expect(await problem(await send(`${url}/api/locks/repair`))).toMatchObject({ status: 403 });
  });
});

it('examines again if somebody asks for that', async () => {
  const url = await dashboards.serve();
  const { redis, namespace } = dashboards;
  const isNoted = async (query: string) =>
    JSON.stringify(await read(`${url}/api/health${query}`)).includes('The pool ghost');
  expect(await isNoted('')).toBe(false);
  await redis.sadd(`${namespace}:worker_pools`, 'ghost');
  expect(await isNoted('')).toBe(false);
  await eventually(async () => expect(await isNoted('?again=1')).toBe(true), 10_000);
  expect(await isNoted('')).toBe(true);
  expect(await problem(await fetch(`${url}/api/health?again=2`))).toMatchObject({ status: 400 });
});
