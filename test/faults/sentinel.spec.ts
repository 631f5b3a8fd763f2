import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LocalSentinel, type LocalRedis } from '@nestcraft/local-redis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Enqueuer, silentLogger, WorkerPool } from '@nestcraft/engine';
import { Redis, type RedisOptions } from 'ioredis';
import { eventually } from '../support/eventually.js';
import {
  noteFigure,
  resumedAfter,
  Scene,
  strained,
  underLoad,
  type ProducerPlan,
} from './harness/index.js';

const PROGRAM = fileURLToPath(new URL('../fixtures/enqueue.mjs', import.meta.url));
const KINDS = ['plain', 'many', 'limited', 'claimed', 'failing', 'cancelled'];
// From the failover to the first job that was enqueued and run after it.
const RESUMED = 3_000;
const MOST_LOST = 10;
// For how long producers go on after the former master is back.
const AFTERWARDS = 1_500;
// How far replicas may be behind.
const UNREPLICATED = 1_000;

let local: LocalSentinel;
let detecting: RedisOptions;

beforeAll(async () => {
  local = await LocalSentinel.start({ replicas: 2 });
  detecting = { ...local.options, failoverDetector: true };
}, 60_000);

afterAll(() => local.stop());

/** Waits until the Sentinels name another master. Returns it, and the time at which that was seen. */
async function failover(former: LocalRedis): Promise<{ master: LocalRedis; at: number }> {
  const master = await eventually(async () => {
    const named = await local.master();
    if (named === former) throw new Error('There is no other master yet');
    return named;
  }, 40_000);
  return { master, at: Date.now() };
}

/** Sets, on all servers, how many replicas must keep up with a master that takes writes. */
async function requireReplicas(count: number): Promise<void> {
  await Promise.all(
    local.servers.map(async ({ url }) => {
      const redis = new Redis(url);
      await redis.config('SET', 'min-replicas-to-write', count);
      await redis.config('SET', 'min-replicas-max-lag', 2);
      redis.disconnect();
    }),
  );
}

/** How many connections of each name the engine has to a server. */
async function connectionsTo({ url }: LocalRedis): Promise<Readonly<Record<string, number>>> {
  const redis = new Redis(url);
  const list = String(await redis.client('LIST'));
  redis.disconnect();
  const counts: Record<string, number> = {};
  for (const [, name = ''] of list.matchAll(/name=nestcraft:(\w+)/g)) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Waits until the connections of both workers, and those of a producer, have moved there. */
async function allAt(master: LocalRedis): Promise<void> {
  await eventually(async () => {
    const { enqueuer, client, ...others } = await connectionsTo(master);
    expect(others).toMatchObject({ pool: 2, waker: 2, heartbeat: 2 });
    expect([enqueuer, client]).toEqual([expect.any(Number), expect.any(Number)]);
  });
}

/** Waits until a master has a replica that may take its place. */
async function replicated({ url }: LocalRedis): Promise<void> {
  const redis = new Redis(url);
  await eventually(async () => {
    expect(await redis.info('replication')).toMatch(/state=online/);
  }, 40_000);
  redis.disconnect();
}

function producer(redis: RedisOptions, kinds = KINDS): Omit<ProducerPlan, 'seed'> {
  return { redis, kinds, rate: 40 };
}

function note(what: string, value: number, unit: string, bar?: number): void {
  process.stderr.write(`F20 ${what}: ${value} ${unit}\n`);
  noteFigure({ row: 'F20', what, value, unit, bar });
}

/** Has another master take over under a load, and judges what became of the jobs. */
async function replace(
  what: string,
  replicas: number,
  act: (former: LocalRedis) => Promise<number>,
): Promise<void> {
  await requireReplicas(replicas);
  const former = await local.master();
  await replicated(former);
  await using scene = await Scene.at(detecting);
  let failedOver = 0;
  const producers = [producer(detecting), producer(local.options, ['plain'])];
  const outcome = await underLoad(scene, producers, () =>
    scene.fault(what, async () => {
      failedOver = await act(former);
      await sleep(AFTERWARDS);
    }),
  );
  const resumed = resumedAfter(outcome.events, failedOver);
  const [withDetector = 0, without = 0] = outcome.lost.map(({ length }) => length);
  const about = `${what}, min-replicas-to-write ${replicas}`;
  const bar = replicas > 0 ? MOST_LOST : undefined;
  note(`${about}: resumed after`, resumed / 1_000, 's', RESUMED / 1_000);
  note(`${about}, failoverDetector: lost`, withDetector, 'jobs', bar);
  note(`${about}, no failoverDetector: lost`, without, 'jobs');
  expect(outcome.broken).toEqual([]);
  expect(withDetector).toBeLessThanOrEqual(bar ?? Infinity);
  expect(resumed).toBeLessThan(strained(RESUMED));
}

async function suspend(former: LocalRedis): Promise<number> {
  former.pause();
  const { master, at } = await failover(former);
  await allAt(master);
  former.resume();
  return at;
}

async function plan(former: LocalRedis): Promise<number> {
  const [sentinel] = local.sentinels;
  const redis = new Redis(sentinel?.url ?? '');
  await redis.call('SENTINEL', 'FAILOVER', local.name);
  redis.disconnect();
  return (await failover(former)).at;
}

// These only measure what Redis loses, which takes its time.
const measured = process.env.FAULT_FIGURES ? it : it.skip;

describe('F20 Sentinel', () => {
  it('options, an instance and a function serve pool, enqueuer and client; a program ends by itself', async () => {
    const instance = new Redis({ ...detecting, lazyConnect: true });
    const namespace = 'ways';
    const seen: unknown[] = [];
    const pool = new WorkerPool({ redis: instance, namespace, logger: silentLogger });
    pool.job('from_a_program', (job) => void seen.push(job.id));
    const client = new Client({ redis: detecting, namespace });
    const enqueuer = new Enqueuer({ redis: instance, namespace, logger: silentLogger });
    const { id } = await enqueuer.enqueue('from_a_program');
    expect(await client.queues.list()).toMatchObject([{ jobName: 'from_a_program', count: 1 }]);
    const program = fork(PROGRAM, [JSON.stringify(detecting), namespace], {
      stdio: 'ignore' as never,
    });
    expect(await once(program, 'exit')).toEqual([0, null]);
    await pool.start();
    await pool.drain();
    expect(seen).toHaveLength(2);
    expect(seen).toContain(id);
    await pool.stop();
    await enqueuer.close();
    client.close();
    instance.disconnect();
  });

  it('all Sentinels down at the start: a pool stays up, says why, and starts when two are back', async () => {
    await using scene = await Scene.at(detecting);
    await Promise.all(local.sentinels.map((sentinel) => sentinel.kill()));
    const worker = scene.worker();
    const reason = await eventually(() => {
      const lines = scene.log.of('log', worker.pid).map(({ text = '' }) => text);
      return lines.find((line) => line.includes('No Sentinel named')) ?? Promise.reject(Error());
    });
    expect(reason).toMatch(/Redis is out of reach .*"mymaster".*ECONNREFUSED/);
    expect(worker.hasExited).toBe(false);
    const [, two, three] = local.sentinels;
    await Promise.all([two?.restart(), three?.restart()]);
    await worker.logged('ready');
    await scene.probe();
    await local.sentinels[0]?.restart();
  });

  it('the master is suspended and comes back, with min-replicas-to-write', async () => {
    await replace('suspended master', 1, suspend);
  }, 120_000);

  it('the master is killed, and comes back as a replica', async () => {
    await requireReplicas(0);
    const former = await local.master();
    await replicated(former);
    await using scene = await Scene.at(detecting);
    let [killed, failedOver] = [0, 0];
    const outcome = await underLoad(scene, [producer(detecting, [...KINDS, 'scheduled'])], () =>
      scene.fault('killed master', async () => {
        killed = Date.now();
        await former.kill();
        const { master, at } = await failover(former);
        failedOver = at;
        await former.restart();
        await allAt(master);
        expect(await connectionsTo(former)).toEqual({});
      }),
    );
    const resumed = resumedAfter(outcome.events, failedOver);
    const lost = outcome.lost.flat();
    note('killed master: resumed after', resumed / 1_000, 's', RESUMED / 1_000);
    note('killed master: lost', lost.length, 'jobs');
    expect(outcome.broken).toEqual([]);
    // Only what its replicas did not have yet.
    expect(lost.filter(({ t }) => t < killed - UNREPLICATED)).toEqual([]);
    expect(resumed).toBeLessThan(strained(RESUMED));
  }, 120_000);

  measured.each([
    ['suspended master', 0, suspend],
    ['planned failover', 1, plan],
    ['planned failover', 0, plan],
  ] as const)('%s, with min-replicas-to-write %i', replace, 120_000);
});
