import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import type { WorkDashboardOptions } from '../options/dashboard-options.js';
import { Dashboards, deadEntry, problem, StreamReader } from '../testing/dashboards.js';

let dashboards: Dashboards;

const SECRET = 's3cr3t';
const ARGS = `{"big":9007199254740993,"secret":"${SECRET}"}`;

/** Everything that shows arguments or errors has a secret in it. */
beforeEach(async () => {
  dashboards = new Dashboards();
  const { redis, namespace } = dashboards;
  const failed = { err: `bad ${SECRET}`, backtrace: `    at ${SECRET}` };
  await redis.sadd(`${namespace}:known_jobs`, 'n');
  for (const set of ['dead', 'retry', 'scheduled']) {
    await redis.zadd(`${namespace}:${set}`, 10, deadEntry('1', ARGS, failed));
    await redis.zadd(`${namespace}:${set}`, 11, `{"name":"n","args":"${SECRET}"}`);
  }
  await redis.lpush(`${namespace}:jobs:n`, deadEntry('2', ARGS, failed), `"${SECRET}"`);
  const attempt = { at: 5, fails: 1, error: SECRET, backtrace: SECRET, host: 'h', pid: 1 };
  await redis.lpush(`${namespace}:nestcraft:attempts:1`, JSON.stringify(attempt), '{}', 'null');
  await redis.sadd(`${namespace}:worker_pools`, 'p');
  const schedules = JSON.stringify([{ id: 's', jobName: 'n', spec: '@every 1h' }]);
  await redis.hset(`${namespace}:worker_pools:p`, {
    heartbeat_at: 1,
    worker_ids: 'w,v,u',
    schedules,
  });
  const running = { job_name: 'n', job_id: 'i', started_at: 1, checkin_at: 1, checkin: SECRET };
  await redis.hset(`${namespace}:worker:w`, { ...running, args: ARGS });
  await redis.hset(`${namespace}:worker:v`, { job_name: 'n', args: '' });
  await redis.hset(`${namespace}:worker:u`, { job_name: 'n', args: `no JSON ${SECRET}` });
  const result = { jobId: 'i', result: 'dead', at: 5, duration: 1, error: SECRET };
  await redis.hset(`${namespace}:nestcraft:last_results`, 's', JSON.stringify(result));
});

afterEach(() => dashboards.close());

const PATHS = [
  ...['dead', 'retry', 'scheduled'].flatMap((set) => [
    `api/jobs/${set}`,
    `api/jobs/${set}/10/1`,
    `api/jobs/${set}/10/1/entry`,
    `compat/${set}_jobs`,
  ]),
  ...['api/queues/n/jobs', 'api/queues/n/jobs/1/2', 'api/queues/n/jobs/1/2/entry'],
  ...['api/snapshot', 'api/running/w', 'api/running/v', 'api/running/u', 'compat/busy_workers'],
  ...['api/periodic', `api/search?q=${SECRET}`, 'api/search?q=bad'],
];

async function textsOf(options: WorkDashboardOptions): Promise<[string, string][]> {
  const url = await dashboards.serve(options);
  const reader = new StreamReader(await fetch(`${url}/api/events`));
  await eventually(() => expect(reader.text).toContain('event: snapshot'));
  await reader.cancel();
  const texts: [string, string][] = [['api/events', reader.text]];
  for (const path of PATHS) {
    const response = await fetch(`${url}/${path}`);
    expect([path, response.status]).toEqual([path, path.endsWith('entry') ? 403 : 200]);
    texts.push([path, await response.text()]);
  }
  return texts;
}

it('reaches every route', async () => {
  const given: string[] = [];
  const kinds = new Set<string>();
  const texts = await textsOf({
    redact: ({ name, argsText }) => {
      expect(name).toBe('n');
      given.push(argsText);
      const { secret } = JSON.parse(argsText) as { secret: string };
      return argsText.replace(secret, '…');
    },
    redactError: ({ name, kind, text }) => {
      expect(name).toBe('n');
      kinds.add(kind);
      return text.replaceAll(SECRET, '…');
    },
  });
  for (const [path, text] of texts) {
    expect([path, text]).toEqual([path, expect.not.stringContaining(SECRET)]);
  }
  expect(new Set(given)).toEqual(new Set([ARGS])); // nothing but JSON objects, and all of them
  expect(kinds).toEqual(new Set(['error', 'backtrace', 'checkin']));
  const shown = Object.fromEntries(texts);
  expect(shown['api/jobs/dead/10/1']).toContain('9007199254740993');
  expect(shown['compat/dead_jobs']).toContain('"args":{"big":9007199254740993,"secret":"…"}');
  expect(shown['compat/dead_jobs']).toContain('"err":"bad …"');
  expect(shown['api/running/w']).toContain('"checkin":"…"');
});

describe.each<[string, () => string]>([
  [
    'throws',
    () => {
      throw new Error('cannot read it');
    },
  ],
  ['returns nothing', () => undefined as unknown as string],
  ['returns an object', () => ({}) as string],
  ['returns a promise', () => Promise.resolve('x') as unknown as string],
  ['returns a promise that fails', () => Promise.reject(new Error('no')) as unknown as string],
])('a redactor that %s', (_what, redact) => {
  it('hides its input, and logs its failure once', async () => {
    const log: string[] = [];
    const url = await dashboards.serve({ redact, redactError: redact }, { log });
    for (const path of [
      'api/snapshot',
      'api/jobs/dead',
      'api/jobs/dead/10/1',
      'compat/dead_jobs',
    ]) {
      const response = await fetch(`${url}/${path}`);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).not.toContain(SECRET);
      expect(text).toContain('(hidden: redact failed)');
    }
    expect(log.filter((line) => line.startsWith('ERROR'))).toEqual([
      expect.stringMatching(/The option "redact(Error)?" has failed/),
    ]);
  });
});

it('shows all where nothing is redacted, big numbers in compat as well', async () => {
  const url = await dashboards.serve();
  for (const set of ['dead', 'retry', 'scheduled']) {
    const text = await (await fetch(`${url}/compat/${set}_jobs`)).text();
    expect(text).toContain(`"args":${ARGS}`);
    expect((JSON.parse(text) as { jobs: unknown[] }).jobs).toHaveLength(1);
  }
  const entry = await fetch(`${url}/api/jobs/dead/10/1/entry`);
  expect(await entry.text()).toContain(ARGS);
  expect(await problem(await fetch(`${url}/api/running/none`))).toMatchObject({ status: 404 });
});
