import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, type BulkOptions, type BulkResult } from '@nestcraft/work';
import { eventually } from '../../../../test/support/eventually.js';
import type { BulkTask } from './bulk-task.js';
import { BulkTasks } from './bulk-tasks.js';
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

/** Work that reports some progress, and ends when it is cancelled. */
function endless({ signal, onProgress }: BulkOptions): Promise<BulkResult> {
  onProgress?.(SOME);
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve({ ...SOME, aborted: true }));
  });
}

async function tasksAt(url: string): Promise<BulkTask[]> {
  const snapshot = await (await fetch(`${url}/api/snapshot`)).json();
  return (snapshot as { bulkTasks: BulkTask[] }).bulkTasks;
}

describe.each(ADAPTERS)('bulk tasks, with %s', (_name, fastify) => {
  it('are shown and cancelled in every process, and each starts once', async () => {
    const serving = { fastify, timing: { beat: 20 } };
    const [here, there] = [
      await dashboards.serve({}, serving),
      await dashboards.serve({}, serving),
    ];
    const begun = await dashboards.apps[0]?.get(BulkTasks, { strict: false }).start(PLAN, endless);
    await eventually(async () => {
      expect(await tasksAt(there)).toMatchObject([
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
    expect((await send(`${there}/api/bulk-tasks/${begun?.id}/cancel`)).status).toBe(204);
    await eventually(async () => {
      expect(await tasksAt(here)).toMatchObject([{ id: begun?.id, state: 'cancelled' }]);
    });
    expect((await send(`${here}/api/jobs/dead/delete-all`)).status).toBe(202);
  });
});

it('shows how many jobs were changed and how many were checked', async () => {
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
    expect(await tasksAt(url)).toMatchObject([
      { state: 'done', progress: { done: 2, scanned: 5, of: 5 } },
    ]);
  });
});

it('leaves a note when its process ends', async () => {
  const url = await dashboards.serve();
  await dashboards.serve();
  const [, other] = dashboards.apps;
  const bulkTasks = other?.get(BulkTasks, { strict: false });
  await bulkTasks?.start(PLAN, endless);
  await other?.close();
  expect(await tasksAt(url)).toMatchObject([{ title: PLAN.title, state: 'interrupted' }]);
});

it('leaves a note when its process dies, and may start again', async () => {
  const url = await dashboards.serve({}, { timing: { beat: 1e6 } });
  const client = dashboards.apps[0]?.get(Client, { strict: false });
  const text = JSON.stringify({ ...PLAN, id: '1', state: 'running', startedAt: 1 });
  await client?.bulkTasks.begin('1', PLAN.title, text);
  await client?.bulkTasks.begin('odd', 'odd', 'null');
  await dashboards.redis.del(`${dashboards.namespace}:nestcraft:operation_lease:${PLAN.title}`);
  expect(await tasksAt(url)).toMatchObject([{ id: '1', state: 'interrupted' }]);
  expect(await problem(await send(`${url}/api/bulk-tasks/1/cancel`))).toMatchObject({
    status: 404,
  });
  expect((await send(`${url}/api/jobs/dead/delete-all`)).status).toBe(202);
});

it('is shown for a while, with the reason for its failure', async () => {
  const url = await dashboards.serve();
  const [app] = dashboards.apps;
  const bulkTasks = app?.get(BulkTasks, { strict: false });
  await bulkTasks?.start(PLAN, () => Promise.reject(new Error('no more memory')));
  await eventually(async () => {
    expect(await tasksAt(url)).toMatchObject([{ state: 'failed', error: 'no more memory' }]);
  });
  const [one] = await tasksAt(url);
  const long = { ...one, endedAt: Math.floor(Date.now() / 1000) - 301 };
  const client = app?.get(Client, { strict: false });
  await client?.bulkTasks.end(one?.id ?? '', PLAN.title, JSON.stringify(long));
  expect(await tasksAt(url)).toEqual([]);
});

it('limits the tasks of a process, because a request may invent job names', async () => {
  const url = await dashboards.serve();
  const bulkTasks = dashboards.apps[0]?.get(BulkTasks, { strict: false });
  for (let i = 0; i < 20; i++) await bulkTasks?.start({ ...PLAN, title: `${i}` }, endless);
  const refused = await send(`${url}/api/jobs/dead/delete-all`, { name: 'invented' });
  expect(await problem(refused)).toEqual({ status: 429, code: 'too_many_tasks' });
  await bulkTasks?.cancel((await tasksAt(url))[0]?.id ?? '');
  await eventually(async () => {
    expect((await send(`${url}/api/jobs/dead/delete-all`)).status).toBe(202);
  });
});
