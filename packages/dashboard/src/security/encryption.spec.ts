import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { defineJob, Enqueuer } from '@nestcraft/work';
import { z } from 'zod';
import { eventually } from '../../../../test/support/eventually.js';
import { Dashboards, deadEntry, problem, REDIS, StreamReader } from '../testing/dashboards.js';
import { LOCKED } from '../views/locked.js';
import { parseExactly } from '../views/exact-json.js';

// An encrypted value as Redis has it, and its bytes.
const BYTES = 'q83vEjRWeJq83vEjRWeJ_-A';
const ENVELOPE = `nestcraft:enc:1:k1:${BYTES}`;
const ARGS = `{"big":9007199254740993,"card":"${ENVELOPE}","inner":{"pin":"${ENVELOPE}"}}`;

let dashboards: Dashboards;

/** Everything that shows data of a job has an encrypted value in it. */
beforeEach(async () => {
  dashboards = new Dashboards();
  const { redis, namespace } = dashboards;
  const failed = { err: `cannot read ${ENVELOPE}`, backtrace: `    at ${ENVELOPE}` };
  await redis.sadd(`${namespace}:known_jobs`, 'n');
  for (const set of ['dead', 'retry', 'scheduled']) {
    await redis.zadd(`${namespace}:${set}`, 10, deadEntry('1', ARGS, failed));
    await redis.zadd(`${namespace}:${set}`, 11, `{"name":"n","args":"${ENVELOPE}"}`);
  }
  await redis.zadd(`${namespace}:dead`, 12, deadEntry('3', ARGS, failed));
  await redis.lpush(`${namespace}:jobs:n`, deadEntry('2', ARGS, failed), `"${ENVELOPE}"`);
  await redis.sadd(`${namespace}:worker_pools`, 'p');
  await redis.hset(`${namespace}:worker_pools:p`, { heartbeat_at: 1, worker_ids: 'w' });
  const running = { job_name: 'n', job_id: 'i', started_at: 1, checkin: ENVELOPE };
  await redis.hset(`${namespace}:worker:w`, { ...running, checkin_at: 1, args: ARGS });
});

afterEach(() => dashboards.close());

const PATHS = [
  ...['dead', 'retry', 'scheduled'].flatMap((set) => [
    `api/jobs/${set}`,
    `api/jobs/${set}/10/1`,
    `compat/${set}_jobs`,
  ]),
  ...['api/queues/n/jobs', 'api/queues/n/jobs/1/2', 'api/snapshot', 'api/running/w'],
  ...['compat/busy_workers', 'api/search?q=card', 'api/explain?id=3'],
];

it('shows a mark for each encrypted value, on every route', async () => {
  const url = await dashboards.serve();
  for (const path of PATHS) {
    const text = await (await fetch(`${url}/${path}`)).text();
    expect([path, text]).toEqual([path, expect.stringContaining(LOCKED)]);
    expect([path, text]).toEqual([path, expect.not.stringContaining(BYTES)]);
  }
  const reader = new StreamReader(await fetch(`${url}/api/events`));
  await eventually(() => expect(reader.text).toContain('event: snapshot'));
  await reader.cancel();
  expect(reader.text).not.toContain(BYTES);
});

it('keeps the other arguments to the byte', async () => {
  const url = await dashboards.serve();
  const { args } = (await (await fetch(`${url}/api/jobs/dead/10/1`)).json()) as { args: string };
  const shown = { big: 9007199254740993n, card: LOCKED, inner: { pin: LOCKED } };
  expect(parseExactly(args)).toEqual(shown);
  const compat = await (await fetch(`${url}/compat/dead_jobs`)).text();
  expect(compat).toContain(`"args":${args}`);
});

it('gives the redactor the mark, too', async () => {
  const given: string[] = [];
  const url = await dashboards.serve({ redact: ({ argsText }) => (given.push(argsText), '{}') });
  await fetch(`${url}/api/jobs/dead`);
  expect(given.length).toBeGreaterThan(0);
  expect(given.join()).not.toContain(BYTES);
});

it('does not let anybody download the entry, and says so', async () => {
  const url = await dashboards.serve();
  const job = (await (await fetch(`${url}/api/jobs/dead/10/1`)).json()) as object;
  expect(job).toMatchObject({ downloadable: false });
  const refused = { status: 403, code: 'encrypted' };
  for (const path of ['jobs/dead/10/1/entry', 'queues/n/jobs/1/2/entry']) {
    expect(await problem(await fetch(`${url}/api/${path}`))).toEqual(refused);
  }
});

it.each([
  ['encrypted', true],
  ['🔒', true],
  ['"card":"🔒', true],
  ['encrypted","inner"', true],
  [BYTES, false],
  ['enc:1', false],
])('finds what is shown, and nothing else: %s', async (wanted, isFound) => {
  const url = await dashboards.serve();
  const address = `${url}/api/search?in=dead&q=${encodeURIComponent(wanted)}`;
  const text = await (await fetch(address)).text();
  expect(text).toContain('event: end');
  expect(text.includes('event: hits')).toBe(isFound);
});

it('knows the form in which the engine encrypts', async () => {
  const encryption = { keys: [{ id: 'k1', key: Buffer.alloc(32, 7) }] };
  const url = await dashboards.serve({}, { work: { redis: REDIS, encryption } });
  const charge = defineJob('charge', z.object({ card: z.string(), user: z.number() }), {
    encrypt: ['card'],
  });
  await dashboards.apps[0]?.get(Enqueuer).enqueue(charge, { card: '4111', user: 5 });
  const text = await (await fetch(`${url}/api/queues/charge/jobs`)).text();
  expect(text).toContain(JSON.stringify(`{"card":"${LOCKED}","user":5}`));
});
