// Rows about jobs that do harm: to their process, to Redis, or to whoever reads them.
import { expect, it } from '@jest/globals';
import {
  Enqueuer,
  InvalidJobArgsError,
  silentLogger,
  WorkerPool,
  type Job,
} from '@nestcraft/engine';
import { eventually } from '../support/eventually.js';
import { noteFigure, Scene } from './harness/index.js';

/** Starts a pool in this process. */
async function started(
  scene: Scene,
  jobs: Readonly<Record<string, (job: Job) => unknown>>,
): Promise<WorkerPool> {
  const { url: redis, namespace } = scene;
  const pool = new WorkerPool({ redis, namespace, logger: silentLogger });
  for (const [name, handler] of Object.entries(jobs)) pool.job(name, { maxFails: 1 }, handler);
  await pool.start();
  return pool;
}

/** The dead jobs, as their entries. */
async function dead(scene: Scene): Promise<readonly Record<string, unknown>[]> {
  const entries = await scene.redis.zrange(`${scene.namespace}:dead`, '0', '-1');
  return entries.map((entry) => JSON.parse(entry) as Record<string, unknown>);
}

const DEEP = `{"name":"work","id":"1","t":1,"args":{"ref":"deep","a":${'['.repeat(1_001)}${']'.repeat(1_001)}}}`;

/** What is no job, and what of it must be found among the dead. */
const POISON: readonly (readonly [entry: string | Buffer, kept: string])[] = [
  ['not JSON', 'not JSON'],
  ['{}', '{}'],
  ['[]', '[]'],
  ['"a text"', '"a text"'],
  ['{"id":"1","t":1,"args":{}}', '{"id":"1","t":1,"args":{}}'],
  ['{"name":7,"id":"1","t":1,"args":{}}', '{"name":7,"id":"1","t":1,"args":{}}'],
  ['{"name":"work","id":"1","t":1,"args":[7]}', '{"name":"work","id":"1","t":1,"args":[7]}'],
  [Buffer.from([0xff, 0xfe, 0x00, 0x80]), Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString('base64')],
];

it.concurrent(
  'F24 poison in a queue, in scheduled and in retry: others go on, and its bytes are among the dead',
  async () => {
    await using scene = await Scene.start();
    const { redis, namespace } = scene;
    const seen: string[] = [];
    await redis.sadd(`${namespace}:known_jobs`, 'work');
    for (const [index, poison] of [DEEP, ...POISON.map(([entry]) => entry)].entries()) {
      await redis.lpush(`${namespace}:jobs:work`, poison);
      await redis.zadd(`${namespace}:scheduled`, index + 0.5, poison);
      await redis.zadd(`${namespace}:retry`, index, poison);
    }
    const behind = [await scene.enqueue('work', {}, { in: '1s' }), await scene.enqueue('work')];
    const pool = await started(scene, { work: (job) => seen.push(String(job.args.ref)) });
    await eventually(() => expect(seen).toEqual(expect.arrayContaining([...behind, 'deep'])));
    await eventually(async () => {
      const { jobs } = await scene.state();
      expect(jobs.filter(({ place }) => place !== 'dead')).toEqual([]);
    });
    const kept = JSON.stringify((await dead(scene)).map(({ args }) => args));
    for (const [, text] of POISON) expect(kept).toContain(JSON.stringify(text));
    await pool.stop();
    expect((await scene.state()).locks.filter(({ lock }) => lock !== 0)).toEqual([]);
  },
  120_000,
);

it.concurrent.each([
  ['kill', 3],
  ['exit', 1],
  ['memory', 1],
  ['rejection', 1],
] as const)(
  'F25 a job that ends its process by %s is dead after %i deaths, and others go on',
  async (poison, maxDeaths) => {
    await using scene = await Scene.start();
    const { redis, namespace } = scene;
    const peer = await scene.readyWorker({
      jobs: { other: {} },
      options: { maxDeaths, timing: { reap: 500 } },
    });
    const ref = await scene.enqueue('work', { poison });
    for (let death = 0; death < maxDeaths; death++) {
      const nodeOptions = ['--max-old-space-size=64'];
      const victim = scene.worker({ jobs: { work: {} }, options: { maxDeaths }, nodeOptions });
      await scene.fault(poison, () => victim.exited());
      const [pool = ''] = (await redis.smembers(`${namespace}:worker_pools`)).filter(
        (id) => id !== scene.log.of('ready', peer.pid)[0]?.pool,
      );
      await scene.age(pool);
      await eventually(async () => {
        const { jobs } = await scene.state();
        expect(jobs.map(({ place }) => place)).toEqual([
          death + 1 < maxDeaths ? 'waiting' : 'dead',
        ]);
      });
    }
    expect(await dead(scene)).toMatchObject([
      { args: { ref }, err: `its process died ${maxDeaths} times while it ran` },
    ]);
    const starts = scene.log.of('start').length;
    noteFigure({ row: 'F25', what: `starts (${poison})`, value: starts, unit: '', bar: maxDeaths });
    expect(starts).toBe(maxDeaths);
    await scene.probe('other');
  },
  120_000,
);

it.concurrent(
  'F25 a job that never ends: its timeout ends it, and others go on',
  async () => {
    await using scene = await Scene.start();
    const jobs = { work: { timeout: 300, maxFails: 1 } };
    await scene.readyWorker({ jobs, options: { concurrency: 1 } });
    await scene.enqueue('work', { poison: 'never' });
    await scene.probe();
    expect(await dead(scene)).toMatchObject([
      { err: expect.stringContaining('300 ms') as unknown },
    ]);
  },
  120_000,
);

it.concurrent(
  'F26 giant arguments: refused with a typed error, without a long halt',
  async () => {
    await using scene = await Scene.start();
    const enqueuer = new Enqueuer({ redis: scene.url, namespace: scene.namespace });
    for (const mebibytes of [1, 10, 64]) {
      const text = 'x'.repeat(mebibytes * 1024 * 1024);
      const began = performance.now();
      const call = enqueuer.enqueue('work', { text });
      const halted = performance.now() - began;
      await expect(call).rejects.toThrow(InvalidJobArgsError);
      noteFigure({
        row: 'F26',
        what: `halt for ${mebibytes} MiB`,
        value: halted,
        unit: 'ms',
        bar: 50,
      });
    }
    expect((await scene.state()).jobs).toEqual([]);
    await enqueuer.close();
  },
  120_000,
);

/** An error whose cause has a cause, and so on. */
function deepError(): Error {
  let error = new Error('deepest');
  for (let depth = 0; depth < 20_000; depth++) error = new Error('deep', { cause: error });
  return error;
}

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const THROWN: Readonly<Record<string, () => unknown>> = {
  'an error with very many causes': deepError,
  'a bigint': () => 1n,
  'a cycle': () => cycle,
  'an error whose message throws': () =>
    Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('no message');
      },
    }),
  'an object that cannot be looked at': () => revoked.proxy,
  nothing: () => undefined,
};

it.concurrent(
  'F27 thrown values that cannot be written: no job is dropped',
  async () => {
    await using scene = await Scene.start();
    const names = Object.keys(THROWN).map((_, index) => `thrown_${index}`);
    const handlers = Object.values(THROWN).map((make, index) => [
      names[index],
      () => {
        throw make();
      },
    ]);
    const pool = await started(scene, Object.fromEntries(handlers) as Record<string, () => never>);
    for (const name of names) await scene.enqueue(name);
    await eventually(async () => expect(await dead(scene)).toHaveLength(names.length));
    for (const { err } of await dead(scene)) expect(err).toEqual(expect.stringMatching(/./));
    await pool.stop();
    expect((await scene.state()).locks.filter(({ lock }) => lock !== 0)).toEqual([]);
  },
  120_000,
);

it.concurrent(
  'F28 an error of 50 MB, and a stack of a million lines: both are cut',
  async () => {
    await using scene = await Scene.start();
    const pool = await started(scene, {
      long: () => {
        throw new Error('x'.repeat(50_000_000));
      },
      tall: () => {
        throw Object.assign(new Error('tall'), { stack: 'at somewhere\n'.repeat(1_000_000) });
      },
    });
    await scene.enqueue('long');
    await scene.enqueue('tall');
    await eventually(async () => expect(await dead(scene)).toHaveLength(2));
    const entries = await scene.redis.zrange(`${scene.namespace}:dead`, '0', '-1');
    const bytes = Math.max(...entries.map((entry) => Buffer.byteLength(entry)));
    noteFigure({ row: 'F28', what: 'largest entry', value: bytes / 1024, unit: 'KiB', bar: 25 });
    // 8 KiB for the message, 16 KiB for the stack, and the job itself.
    expect(bytes).toBeLessThan(25 * 1024);
    await pool.stop();
  },
  120_000,
);
