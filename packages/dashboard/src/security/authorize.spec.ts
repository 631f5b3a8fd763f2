import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '@nestcraft/work';
import { eventually } from '../../../../test/support/eventually.js';
import type { DashboardResource } from '../options/actions.js';
import type { DashboardEvent } from '../options/dashboard-options.js';
import { Dashboards, deadEntry, problem, send, StreamReader } from '../testing/dashboards.js';

let dashboards: Dashboards;

beforeEach(async () => {
  dashboards = new Dashboards();
  const { redis, namespace } = dashboards;
  await redis.sadd(`${namespace}:known_jobs`, 'n', 'm');
  await redis.zadd(
    `${namespace}:dead`,
    10,
    deadEntry('1'),
    11,
    deadEntry('2', '{"a":1}', { name: 'm' }),
  );
  await redis.zadd(`${namespace}:retry`, 10, deadEntry('3'));
  await redis.lpush(`${namespace}:jobs:n`, deadEntry('4'));
  await redis.sadd(`${namespace}:worker_pools`, 'p');
  const schedules = JSON.stringify([
    { id: 's', jobName: 'tick', spec: '@every 1h', overlap: 'allow' },
  ]);
  await redis.hset(`${namespace}:worker_pools:p`, { heartbeat_at: 1, worker_ids: 'w', schedules });
  await redis.hset(`${namespace}:worker:w`, { job_name: 'n', job_id: 'i', args: '{"a":1}' });
});

afterEach(() => dashboards.close());

const QUEUE = { queue: 'n', jobName: 'n' };

it.each<[string, string, object | undefined, string, DashboardResource]>([
  ['GET', 'snapshot', undefined, 'view', {}],
  ['GET', 'periodic', undefined, 'view', {}],
  ['GET', 'metrics?name=n', undefined, 'view', { jobName: 'n' }],
  ['GET', 'running/w', undefined, 'view', { worker: 'w', jobName: 'n', jobId: 'i' }],
  ['GET', 'search?q=x&in=dead&name=n', undefined, 'view', { set: 'dead', jobName: 'n' }],
  ['GET', 'search?q=x', undefined, 'view', {}],
  ['GET', 'jobs/dead', undefined, 'view', { set: 'dead' }],
  ['GET', 'jobs/dead?name=n', undefined, 'view', { set: 'dead', jobName: 'n' }],
  ['GET', 'jobs/dead/count?name=n', undefined, 'view', { set: 'dead', jobName: 'n' }],
  ['GET', 'jobs/dead/11/2', undefined, 'view', { set: 'dead', jobName: 'm', jobId: '2' }],
  ['GET', 'jobs/dead/11/2/entry', undefined, 'view', { set: 'dead', jobName: 'm', jobId: '2' }],
  ['GET', 'queues/n/jobs', undefined, 'view', QUEUE],
  ['GET', 'queues/n/jobs/1/4', undefined, 'view', { ...QUEUE, jobId: '4' }],
  [
    'POST',
    'jobs/dead/run',
    { jobs: [{ at: 11, id: '2' }] },
    'retry',
    { set: 'dead', jobName: 'm', jobId: '2' },
  ],
  [
    'POST',
    'jobs/dead/delete',
    { jobs: [{ at: 10, id: '1' }] },
    'delete',
    { set: 'dead', jobName: 'n', jobId: '1' },
  ],
  [
    'POST',
    'jobs/retry/kill',
    { jobs: [{ at: 10, id: '3' }] },
    'kill',
    { set: 'retry', jobName: 'n', jobId: '3' },
  ],
  [
    'POST',
    'jobs/dead/delete',
    { jobs: [{ at: 10, id: 'x' }] },
    'delete',
    { set: 'dead', jobId: 'x' },
  ],
  ['POST', 'jobs/dead/run-all', { name: 'n' }, 'retry', { set: 'dead', jobName: 'n' }],
  ['POST', 'jobs/dead/delete-all', {}, 'delete', { set: 'dead' }],
  ['POST', 'jobs/retry/kill-all', {}, 'kill', { set: 'retry' }],
  ['POST', 'jobs/cancel', { id: '4', name: 'n' }, 'cancel', { jobName: 'n', jobId: '4' }],
  [
    'POST',
    'queues/n/delete',
    { jobs: [{ position: 1, id: '4' }] },
    'delete',
    { ...QUEUE, jobId: '4' },
  ],
  ['POST', 'queues/n/pause', {}, 'pause', QUEUE],
  ['POST', 'queues/n/resume', {}, 'pause', QUEUE],
  ['POST', 'queues/n/limit', { limit: 3 }, 'limit', QUEUE],
  ['POST', 'queues/n/empty', {}, 'empty', QUEUE],
  ['GET', 'locks', {}, 'view', {}],
  ['POST', 'locks/repair', {}, 'repair', {}],
  ['GET', 'explain?name=n', {}, 'view', { jobName: 'n' }],
  ['POST', 'periodic/run', { id: 's' }, 'run', { schedule: 's', jobName: 'tick' }],
])('%s %s %j asks whether "%s" is allowed for %j', async (method, path, body, action, resource) => {
  const asked: [string, DashboardResource][] = [];
  const before = await keysOf();
  const url = await dashboards.serve({
    authenticate: () => 'ada',
    authorize: (user, wanted, { url: address }, about) => {
      expect([user, address]).toEqual(['ada', `/work/api/${path}`]);
      asked.push([wanted, about]);
      return false;
    },
  });
  const answer = await (method === 'GET'
    ? fetch(`${url}/api/${path}`)
    : send(`${url}/api/${path}`, body));
  expect(await problem(answer)).toEqual({ status: 403, code: 'forbidden' });
  expect(asked).toHaveLength(1);
  expect(asked[0]?.[0]).toBe(action);
  expect(asked[0]?.[1]).toEqual(resource);
  expect(await keysOf()).toEqual(before); // Nothing was done.
});

/** Everything in the namespace. */
async function keysOf(): Promise<unknown[]> {
  const { redis, namespace } = dashboards;
  const keys = (await redis.keys(`${namespace}*`)).sort();
  return Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key)).toString('hex')]));
}

it('touches none of several jobs if one of them is not allowed', async () => {
  const url = await dashboards.serve({
    authenticate: () => 'ada',
    authorize: (_user, _action, _request, { jobName }) => jobName !== 'm',
  });
  const jobs = [
    { at: 10, id: '1' },
    { at: 11, id: '2' },
  ];
  expect(await problem(await send(`${url}/api/jobs/dead/delete`, { jobs }))).toMatchObject({
    status: 403,
  });
  expect(await dashboards.redis.zcard(`${dashboards.namespace}:dead`)).toBe(2);
});

describe('a user who may not see arguments', () => {
  it('sees them nowhere, and cannot search them', async () => {
    const args = '{"s":"s3cr3t"}';
    const { redis, namespace } = dashboards;
    await redis.zadd(`${namespace}:dead`, 20, deadEntry('9', args, { unique_key: `k:${args}` }));
    await redis.lpush(`${namespace}:jobs:n`, deadEntry('8', args), '{"s3cr3t":');
    await redis.hset(`${namespace}:worker:w`, { args });
    const url = await dashboards.serve({
      authenticate: ({ headers }) => String(headers.user),
      authorize: (user, action) => user === 'root' || action === 'view',
    });
    const paths = [
      ...['api/snapshot', 'api/jobs/dead', 'api/jobs/dead/20/9', 'api/running/w'],
      ...['api/queues/n/jobs', 'api/queues/n/jobs/2/8', 'api/search?q=s3cr3t', 'api/search?q=boom'],
      ...['compat/dead_jobs', 'compat/busy_workers'],
    ];
    for (const path of paths) {
      const as = async (user: string): Promise<string> =>
        (await fetch(`${url}/${path}`, { headers: { user } })).text();
      expect([path, await as('root')]).toEqual([path, expect.stringContaining('s3cr3t')]);
      expect([path, await as('guest')]).toEqual([path, expect.not.stringContaining('s3cr3t')]);
    }
    const entry = await fetch(`${url}/api/jobs/dead/20/9/entry`, { headers: { user: 'guest' } });
    expect(await problem(entry)).toEqual({ status: 403, code: 'forbidden' });
    const me = await fetch(`${url}/api/me`, { headers: { user: 'guest' } });
    expect(await me.json()).toMatchObject({ actions: ['view'] });
    for (const user of ['root', 'guest']) {
      const reader = new StreamReader(await fetch(`${url}/api/events`, { headers: { user } }));
      await eventually(() => expect(reader.text).toContain('"running":[{'));
      await reader.cancel();
      expect(reader.text.includes('s3cr3t')).toBe(user === 'root');
    }
  });
});

describe('the audit', () => {
  it('reports each change once, with its user, resource and outcome', async () => {
    const log: string[] = [];
    const events: DashboardEvent<{ email: string }>[] = [];
    const url = await dashboards.serve(
      {
        authenticate: () => ({ email: 'ada@example.com' }),
        authorize: (_user, action) => action !== 'limit',
        onAction: (event) => void events.push(event as DashboardEvent<{ email: string }>),
      },
      { log },
    );
    await send(`${url}/api/queues/n/pause`, { seconds: 9 });
    await send(`${url}/api/queues/n/limit`, { limit: 1 });
    const jobs = [
      { at: 10, id: '1' },
      { at: 11, id: '2' },
    ];
    await send(`${url}/api/jobs/dead/delete`, { jobs });
    await send(`${url}/api/jobs/retry/kill-all`);
    await send(`${url}/api/queues/n/limit`, { limit: 'x' });
    await fetch(`${url}/api/snapshot`);
    const who = { who: 'ada@example.com', user: { email: 'ada@example.com' } };
    expect(events).toMatchObject([
      { ...who, action: 'pause', route: 'queues/:name/pause', resource: QUEUE, outcome: 'done' },
      { ...who, action: 'limit', resource: QUEUE, outcome: 'refused' },
      {
        ...{ ...who, action: 'delete', resource: { set: 'dead' }, jobIds: ['1', '2'] },
        ...{ outcome: 'done', results: ['deleted', 'deleted'] },
      },
      { ...who, action: 'kill', resource: { set: 'retry' }, outcome: 'started' },
      { ...who, action: 'limit', outcome: 'refused' },
    ]);
    const lines = log.filter(
      (line) => line.includes(' is ') && line.includes('queues/:name/pause'),
    );
    expect(lines).toEqual([
      'LOG "ada@example.com": pause (queues/:name/pause) is done {"queue":"n","jobName":"n"}',
    ]);
  });

  it.each([
    [
      () => {
        throw new Error('full');
      },
    ],
    [() => Promise.reject(new Error('full'))],
  ])('is no reason for a change to fail', async (onAction) => {
    const log: string[] = [];
    const url = await dashboards.serve({ onAction }, { log });
    expect((await send(`${url}/api/queues/n/pause`)).status).toBe(204);
    await eventually(() => expect(log).toContain('ERROR onAction failed: full'));
  });

  it('logs typed text on one line', async () => {
    const log: string[] = [];
    const url = await dashboards.serve({ authenticate: () => 'a\nb' }, { log });
    const app = dashboards.apps[0];
    await app?.get(Enqueuer).enqueue('n');
    await send(`${url}/api/jobs/cancel`, { id: 'x\ny', name: 'n' });
    expect(log.at(-1)).toBe(
      'LOG "a\\nb": cancel (jobs/cancel) is done {"jobName":"n","jobId":"x\\ny","results":["notFound"]}',
    );
  });
});
