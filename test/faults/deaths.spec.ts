// Rows about processes that die, or look as if they had. Nobody may call a process dead before it has been silent for ten
// seconds, so each of these takes its time; all of them wait at the same time.
import { expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.js';
import { scriptSha } from '../support/script-sha.js';
import { duplicates, locksExact, neverAbove, noteFigure, Scene } from './harness/index.js';

const SLOW = 120_000;
const IDLE = { poison: 'never' } as const;
// The jobs of such a process do not end before it is killed, however slow this machine is.
const LAG = 60_000;
const TWO = { options: { concurrency: 2 } };

// Seconds. Where nobody is left, they count from the start of the next process.
const BARS: Readonly<Record<string, number>> = { F1: 15, F2: 12, F3: 15, F6: 15, F7: 30, F8: 15 };

/** Notes, and returns, the seconds from `since` to the start of the last of these jobs in another process. */
async function secondsUntilRunAgain(
  scene: Scene,
  row: string,
  { refs, not, since }: { refs: readonly string[]; not: number; since: number },
): Promise<number> {
  const again = await eventually(() => {
    const starts = scene.log.of('start').filter(({ pid, t }) => pid !== not && t >= since);
    return refs.map((ref) => {
      const start = starts.find((event) => event.ref === ref);
      if (!start) throw new Error(`${ref} has not run again`);
      return start.t;
    });
  }, 40_000);
  const value = (Math.max(...again) - since) / 1_000;
  noteFigure({ row, what: 'run again after', value, unit: 's', bar: BARS[row] });
  return value;
}

function queue(scene: Scene, name = 'work'): string {
  return `${scene.namespace}:jobs:${name}`;
}

it.concurrent(
  'F1 kill -9 in a job: the job, its lock and its heartbeat stay in Redis, for a reaper',
  async () => {
    await using scene = await Scene.start();
    const worker = await scene.readyWorker(TWO);
    const ref = await scene.enqueue('work', { ...IDLE, text: 'é', list: [] });
    const { id, pool = '' } = await worker.logged('start', ref);
    await worker.kill();

    const [entry = '', ...others] = await scene.redis.lrange(
      `${queue(scene)}:${pool}:inprogress`,
      0,
      -1,
    );
    expect(others).toEqual([]);
    expect(JSON.parse(entry)).toMatchObject({ id, name: 'work', args: { text: 'é', list: [] } });
    expect(await scene.redis.get(`${queue(scene)}:lock`)).toBe('1');
    expect(await scene.redis.hgetall(`${queue(scene)}:lock_info`)).toEqual({ [pool]: '1' });
    expect(await scene.redis.smembers(`${scene.namespace}:worker_pools`)).toEqual([pool]);
    const heartbeat = `${scene.namespace}:worker_pools:${pool}`;
    expect(await scene.redis.hget(heartbeat, 'job_names')).toBe('other,work');
  },
);

it.concurrent(
  'F1 kill -9 in a job: it never had more in progress than it has workers',
  async () => {
    await using scene = await Scene.start();
    const worker = await scene.readyWorker(TWO);
    await scene.enqueueMany('work', 5, IDLE);
    const { pool = '' } = await worker.logged('start');
    const list = `${queue(scene)}:${pool}:inprogress`;
    await eventually(async () => expect(await scene.redis.llen(list)).toBe(2));
    await worker.kill();
    expect(await scene.redis.llen(list)).toBe(2);
    expect(await scene.redis.llen(queue(scene))).toBe(3);
  },
);

it.concurrent(
  'F1 kill -9 in a job: it runs again beside a process that lives, whatever its limit',
  async () => {
    await using scene = await Scene.start();
    const jobs = { work: {}, limited: { maxConcurrency: 1 } };
    const victim = await scene.readyWorker({ jobs, lag: LAG });
    const refs = [await scene.enqueue('work'), await scene.enqueue('limited')];
    for (const ref of refs) await victim.logged('start', ref);
    const behind = await scene.enqueue('limited', { ms: 100 });
    const alive = await scene.readyWorker({ jobs });
    const since = Date.now();
    await scene.fault('kill -9', () => victim.kill());
    const not = victim.pid;
    expect(await secondsUntilRunAgain(scene, 'F1', { refs, not, since })).toBeLessThan(15);
    await alive.logged('end', behind);
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
    expect(neverAbove('limited', 1, await scene.evidence())).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F1 kill -9 with jobs fetched ahead: those run elsewhere, in any process',
  async () => {
    await using scene = await Scene.start();
    const victim = await scene.readyWorker(TWO);
    await scene.enqueueMany('work', 4_000);
    const { pool = '' } = await victim.logged('end');
    const inProgress = `${queue(scene)}:${pool}:inprogress`;
    // In the middle of its work, with more in progress than it has workers.
    await eventually(async () => {
      victim.pause();
      const length = await scene.redis.llen(inProgress);
      if (length <= 2) victim.resume();
      expect(length).toBeGreaterThan(2);
    });
    await scene.fault('kill -9', () => victim.kill());
    const left = await Promise.all(
      [inProgress, queue(scene)].map((list) => scene.redis.lrange(list, 0, -1)),
    );
    expect(new Set(left.flat()).size).toBe(left.flat().length);
    await scene.age(pool);
    await scene.readyWorker();
    await scene.quiet(40_000);
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F2 kill -9 of all workers: their jobs run again in one that starts afterwards',
  async () => {
    await using scene = await Scene.start();
    const victim = await scene.readyWorker({ lag: LAG });
    const refs = await scene.enqueueMany('work', 3);
    for (const ref of refs) await victim.logged('start', ref);
    await scene.fault('kill -9 of all', () => victim.kill());
    const { t: since } = await (await scene.readyWorker()).logged('ready');
    const not = victim.pid;
    expect(await secondsUntilRunAgain(scene, 'F2', { refs, not, since })).toBeLessThan(12);
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F3 SIGSTOP until its jobs are taken: each runs once more, and late outcomes change nothing',
  async () => {
    await using scene = await Scene.start();
    const paused = await scene.readyWorker({ lag: LAG });
    const refs = await scene.enqueueMany('work', 2);
    for (const ref of refs) await paused.logged('start', ref);
    const alive = await scene.readyWorker();
    await scene.fault('SIGSTOP', async () => {
      const since = Date.now();
      paused.pause();
      const not = paused.pid;
      expect(await secondsUntilRunAgain(scene, 'F3', { refs, not, since })).toBeLessThan(15);
      for (const ref of refs) await alive.logged('end', ref);
      paused.resume();
      // It has lost its jobs, and does no harm when it settles them.
      for (const ref of refs) await paused.logged('lost', ref);
    });
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
    expect(duplicates(await scene.evidence())).toHaveLength(2);
    const { namespace } = scene;
    expect(await scene.redis.exists(queue(scene), `${namespace}:retry`, `${namespace}:dead`)).toBe(
      0,
    );
  },
  SLOW,
);

it.concurrent(
  'F4 event loop blocked for 14 s: the process keeps its job, and runs it once',
  async () => {
    await using scene = await Scene.start();
    await scene.readyWorker();
    await scene.readyWorker();
    const { redis, namespace } = scene;
    const ref = await scene.enqueue('work', { block: 14_000 });
    const { pool = '' } = await scene.logged('start', ref);
    const ages: number[] = [];
    const watch = setInterval(() => {
      void redis.hget(`${namespace}:worker_pools:${pool}`, 'heartbeat_at').then((beat) => {
        ages.push(Date.now() / 1_000 - Number(beat));
      });
    }, 250);
    await scene.logged('end', ref, 45_000);
    clearInterval(watch);
    // What gocraft/work's reaper allows is ten seconds.
    expect(ages.length).toBeGreaterThan(30);
    expect(Math.max(...ages)).toBeLessThan(10);
    noteFigure({
      row: 'F4',
      what: 'oldest heartbeat',
      value: Math.max(...ages),
      unit: 's',
      bar: 10,
    });
    await scene.quiet();
    expect(scene.log.of('start')).toHaveLength(1);
    expect(scene.log.of('lost')).toEqual([]);
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F16 Redis stalls for 12 s, then runs a script without end: no process is taken for dead',
  async () => {
    await using scene = await Scene.start({ settings: { 'busy-reply-threshold': '100' } });
    await scene.readyWorker();
    await scene.readyWorker();
    await scene.enqueueMany('work', 2, { ms: 14_000 });
    await eventually(() => expect(scene.log.of('start')).toHaveLength(2));
    await scene.fault('CLIENT PAUSE', async () => {
      await scene.redis.call('CLIENT', 'PAUSE', '11500', 'WRITE');
      await eventually(() => scene.redis.incr('unpaused'));
    });
    const killer = new Redis(scene.url);
    await killer.ping();
    await scene.fault('runaway script', async () => {
      const runaway = scene.redis.eval('while true do end', 0).catch(() => undefined);
      await eventually(() => killer.script('KILL'));
      await runaway;
    });
    killer.disconnect();
    const healed = Date.now();
    const probe = await scene.probe();
    noteFigure({ row: 'F16', what: 'probe after the stall', value: probe, unit: 'ms' });
    await scene.quiet();
    expect(Date.now() - healed).toBeLessThan(20_000);
    expect(scene.log.of('lost')).toEqual([]);
    expect(duplicates(await scene.evidence())).toEqual([]);
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F17 out of memory for 12 s: no process is taken for dead',
  async () => {
    await using scene = await Scene.start();
    await scene.readyWorker();
    await scene.readyWorker();
    await scene.enqueueMany('work', 2, { ms: 13_000 });
    await eventually(() => expect(scene.log.of('start')).toHaveLength(2));
    await scene.fault('out of memory', async () => {
      await scene.redis.config('SET', 'maxmemory', '1');
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      await scene.redis.config('SET', 'maxmemory', '0');
    });
    await scene.probe();
    await scene.quiet();
    expect(scene.log.of('lost')).toEqual([]);
    expect(duplicates(await scene.evidence())).toEqual([]);
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F6 SIGTERM, then kill -9 while it stops: what it waited for runs again',
  async () => {
    await using scene = await Scene.start();
    const victim = await scene.readyWorker();
    const ref = await scene.enqueue('work', { ms: 5_000, deaf: true });
    await victim.logged('start', ref);
    victim.terminate();
    await victim.logged('stopping');
    await scene.fault('SIGTERM and kill -9', () => victim.kill());
    const { t: since } = await (await scene.readyWorker()).logged('ready');
    const found = { refs: [ref], not: victim.pid, since };
    expect(await secondsUntilRunAgain(scene, 'F6', found)).toBeLessThan(15);
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F7 heartbeat hash deleted: the jobs of the dead process are found all the same',
  async () => {
    await using scene = await Scene.start();
    const victim = await scene.readyWorker({ lag: LAG });
    const ref = await scene.enqueue('work');
    const { pool = '' } = await victim.logged('start', ref);
    await scene.readyWorker();
    const since = Date.now();
    await scene.fault('kill -9 and DEL of the heartbeat', async () => {
      await victim.kill();
      await scene.redis.del(`${scene.namespace}:worker_pools:${pool}`);
    });
    const found = { refs: [ref], not: victim.pid, since };
    expect(await secondsUntilRunAgain(scene, 'F7', found)).toBeLessThan(30);
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
    expect(await scene.redis.smembers(`${scene.namespace}:worker_pools`)).not.toContain(pool);
  },
  SLOW,
);

it.concurrent(
  'F8 killed between its registration and its first fetch: nothing is left of it',
  async () => {
    await using scene = await Scene.start();
    const fetch = scriptSha('fetch');
    const swallowed = new Promise<void>((resolve) =>
      scene.proxy.swallow((request) => {
        if (request.includes(fetch)) resolve();
        return request.includes(fetch);
      }),
    );
    const victim = scene.worker();
    const ref = await scene.enqueue('work');
    await swallowed;
    await scene.fault('kill -9', () => victim.kill());
    const [pool = ''] = await scene.redis.smembers(`${scene.namespace}:worker_pools`);
    expect(pool).not.toBe('');
    await scene.age(pool);
    const heir = await scene.readyWorker({ redis: scene.url });
    await heir.logged('end', ref);
    await eventually(async () => {
      const pools = await scene.redis.smembers(`${scene.namespace}:worker_pools`);
      expect(pools).not.toContain(pool);
    });
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
  },
  SLOW,
);

it.concurrent(
  'F8 killed between a fetch and the run: the job runs elsewhere, once',
  async () => {
    await using scene = await Scene.start();
    const victim = await scene.readyWorker();
    const fetch = scriptSha('fetch');
    const died = new Promise<void>((resolve, reject) =>
      scene.proxy.cutReplyTo(
        (request) => request.includes(fetch),
        () => void victim.kill().then(resolve, reject),
      ),
    );
    const ref = await scene.enqueue('work');
    await scene.fault('kill -9', () => died);
    expect(scene.log.of('start')).toEqual([]);
    expect((await scene.state()).locks).toContainEqual({
      ...{ name: 'work', lock: 1, shares: 1, inProgress: 1 },
    });
    const { t: since } = await (await scene.readyWorker({ redis: scene.url })).logged('ready');
    const found = { refs: [ref], not: victim.pid, since };
    expect(await secondsUntilRunAgain(scene, 'F8', found)).toBeLessThan(15);
    await scene.quiet();
    expect(locksExact(await scene.evidence())).toEqual([]);
    expect(await scene.breaches()).toEqual([]);
    expect(scene.log.of('start')).toHaveLength(1);
  },
  SLOW,
);
