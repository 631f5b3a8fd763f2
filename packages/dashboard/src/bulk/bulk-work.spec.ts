import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, type BulkOptions, type BulkResult } from '@nestcraft/work';
import { eventually } from '../../../../test/support/eventually.js';
import type { BulkTask } from './bulk-task.js';
import { BulkWork } from './bulk-work.js';
import { ADAPTERS, Dashboards, deadEntry, problem, send } from '../testing/dashboards.js';

let dashboards: Dashboards;

beforeEach(() => {
  dashboards = new Dashboards();
});

afterEach(() => dashboards.close());

const PLAN = { title: 'delete all dead jobs', action: 'delete', resource: {}, by: 'ada' } as const;
const SOME: BulkResult = {
  ...{ total: 10, seen: 5, done: 2, duplicates: 1, unknown: 1, aborted: false },
};

/** Work that has done some of it, and ends when it is cancelled. */
function endless({ signal, onProgress }: BulkOptions): Promise<BulkResult> {
  onProgress?.(SOME);
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve({ ...SOME, aborted: true }));
  });
}

async function operationsAt(url: string): Promise<BulkTask[]> {
  const snapshot = await (await fetch(`${url}/api/snapshot`)).json();
  return (snapshot as { operations: BulkTask[] }).operations;
}

describe.each(ADAPTERS)('work on many jobs, with %s', (_name, fastify) => {
  it('is seen and cancelled in every process, and begun once', async () => {
    const serving = { fastify, timing: { beat: 20 } };
    const [here, there] = [
      await dashboards.serve({}, serving),
      await dashboards.serve({}, serving),
    ];
    const begun = await dashboards.apps[0]?.get(BulkWork, { strict: false }).start(PLAN, endless);
    await eventually(async () => {
      expect(await operationsAt(there)).toMatchObject([
        {
          ...{ id: begun?.id, title: PLAN.title, by: 'ada', state: 'running' },
          progress: { done: 2, scanned: 5, of: 10, duplicates: 1, unknown: 1 },
        },
      ]);
    });
    for (const url of [here, there]) {
      expect(await problem(await send(`${url}/api/jobs/dead/delete-all`))).toEqual({
        ...{ status: 409, code: 'under_way' },
      });
    }
    expect((await send(`${there}/api/operations/${begun?.id}/cancel`)).status).toBe(204);
    await eventually(async () => {
      expect(await operationsAt(here)).toMatchObject([{ id: begun?.id, state: 'cancelled' }]);
    });
    expect((await send(`${here}/api/jobs/dead/delete-all`)).status).toBe(202);
  });
});

it('tells what was done beside what was looked at', async () => {
  const { redis, namespace } = dashboards;
  const url = await dashboards.serve();
  for (let i = 0; i < 5; i++) {
    await redis.zadd(
      `${namespace}:dead`,
      i,
      deadEntry(String(i), '{}', { name: i < 2 ? 'a' : 'b' }),
    );
  }
  const begun = await send(`${url}/api/jobs/dead/delete-all`, { name: 'a' });
  expect(await begun.json()).toMatchObject({
    ...{ title: 'delete all dead jobs named a', resource: { set: 'dead', jobName: 'a' } },
    ...{ by: 'anybody', state: 'running' },
  });
  await eventually(async () => {
    expect(await operationsAt(url)).toMatchObject([
      { state: 'done', progress: { done: 2, scanned: 5, of: 5 } },
    ]);
  });
});

it('leaves a trace when its process ends', async () => {
  const url = await dashboards.serve();
  await dashboards.serve();
  const [, other] = dashboards.apps;
  const operations = other?.get(BulkWork, { strict: false });
  await operations?.start(PLAN, endless);
  await other?.close();
  expect(await operationsAt(url)).toMatchObject([{ title: PLAN.title, state: 'interrupted' }]);
});

it('leaves a trace when its process dies, and may begin again', async () => {
  const url = await dashboards.serve({}, { timing: { beat: 1e6 } });
  const client = dashboards.apps[0]?.get(Client, { strict: false });
  const text = JSON.stringify({ ...PLAN, id: '1', state: 'running', startedAt: 1 });
  await client?.operations.begin('1', PLAN.title, text);
  await client?.operations.begin('odd', 'odd', 'null');
  await dashboards.redis.del(`${dashboards.namespace}:nestcraft:operation_lease:${PLAN.title}`);
  expect(await operationsAt(url)).toMatchObject([{ id: '1', state: 'interrupted' }]);
  expect(await problem(await send(`${url}/api/operations/1/cancel`))).toMatchObject({
    status: 404,
  });
  expect((await send(`${url}/api/jobs/dead/delete-all`)).status).toBe(202);
});

it('is not shown for ever, and tells why it failed', async () => {
  const url = await dashboards.serve();
  const [app] = dashboards.apps;
  const operations = app?.get(BulkWork, { strict: false });
  await operations?.start(PLAN, () => Promise.reject(new Error('no more memory')));
  await eventually(async () => {
    expect(await operationsAt(url)).toMatchObject([{ state: 'failed', error: 'no more memory' }]);
  });
  const [one] = await operationsAt(url);
  const long = { ...one, endedAt: Math.floor(Date.now() / 1000) - 301 };
  const client = app?.get(Client, { strict: false });
  await client?.operations.end(one?.id ?? '', PLAN.title, JSON.stringify(long));
  expect(await operationsAt(url)).toEqual([]);
});
