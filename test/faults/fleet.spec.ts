// Rows about load, and about what applications add to a pool.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RetryJobError, silentLogger, WorkerPool } from '@nestcraft/engine';
import { eventually } from '../support/eventually.js';
import { noteFigure, Scene, strained } from './harness/index.js';

let scene: Scene;
let pool: WorkerPool | undefined;

beforeEach(async () => {
  scene = await Scene.start();
  pool = undefined;
});

afterEach(async () => {
  await pool?.stop();
  await scene[Symbol.asyncDispose]();
});

type Options = Partial<ConstructorParameters<typeof WorkerPool>[0]>;

function aPool(options: Options = {}): WorkerPool {
  const { url: redis, namespace } = scene;
  pool = new WorkerPool({ redis, namespace, logger: silentLogger, ...options });
  return pool;
}

describe('F29 a backlog of a million jobs, and 200 queues', () => {
  it('fetching takes Redis as long as from short ones', async () => {
    const { redis, namespace } = scene;
    const one = '{"name":"name_0","id":"00112233445566778899aa","t":1700000000,"args":{}}';
    await redis.eval(
      'for i = 1, 1000 do local t = {} for j = 1, 1000 do t[j] = ARGV[1] end redis.call("lpush", KEYS[1], unpack(t)) end',
      1,
      `${namespace}:jobs:name_0`,
      one,
    );
    let runs = 0;
    const deep = aPool({ concurrency: 10 });
    for (let i = 0; i < 200; i++) deep.job(`name_${i}`, () => (runs += 1));
    await redis.config('RESETSTAT');
    await deep.start();
    await eventually(() => expect(runs).toBeGreaterThan(20_000));
    await deep.stop();
    const [, p99 = ''] =
      /latency_percentiles_usec_evalsha:.*p99=([\d.]+)/.exec(await redis.info('latencystats')) ??
      [];
    const value = Number(p99) / 1_000;
    noteFigure({ row: 'F29', what: 'p99 of a script in Redis', value, unit: 'ms', bar: 5 });
    expect(value).toBeLessThan(strained(5));
  });
});

const HOSTILE: Readonly<Record<string, Options>> = {
  mapError: {
    mapError: () => {
      throw new Error('mapError');
    },
  },
  logger: { logger: { log: boom, warn: boom, error: boom } },
  'a propagator that restores': {
    propagators: [{ name: 'p', capture: () => 'x', restore: boom }],
  },
};

function boom(): never {
  throw new Error('boom');
}

describe('F35 code of the application that throws', () => {
  it.each(Object.keys(HOSTILE))(
    '%s: jobs fail and succeed as they would without it',
    async (what) => {
      const outcomes: string[] = [];
      aPool(HOSTILE[what])
        .job('good', () => outcomes.push('good'))
        .job('bad', { maxFails: 1 }, boom);
      await pool?.start();
      await scene.enqueue('bad');
      await scene.enqueue('good');
      await eventually(() => expect(outcomes).toEqual(['good']));
      await eventually(async () => {
        expect((await scene.state()).jobs.map(({ name, place }) => `${name} ${place}`)).toEqual([
          'bad dead',
        ]);
      });
    },
  );

  it('a backoff function: the default delay counts', async () => {
    aPool().job('bad', { backoff: boom }, boom);
    await pool?.start();
    await scene.enqueue('bad');
    await eventually(async () => {
      expect((await scene.state()).jobs.map(({ place }) => place)).toEqual(['retry']);
    });
  });

  it.each<[string, (pool: WorkerPool) => unknown]>([
    ['a middleware', (one) => one.middleware(boom)],
    [
      'a middleware behind the handler',
      (one) =>
        one.middleware(async (_job, next) => {
          await next();
          boom();
        }),
    ],
  ])('%s: the job fails', async (_what, add) => {
    add(aPool().job('n', { maxFails: 1 }, () => undefined));
    await pool?.start();
    await scene.enqueue('n');
    await eventually(async () => {
      expect((await scene.state()).jobs.map(({ place }) => place)).toEqual(['dead']);
    });
  });

  it('the context: the job fails', async () => {
    aPool({ context: boom }).job('n', { maxFails: 1 }, () => undefined);
    await pool?.start();
    await scene.enqueue('n');
    await eventually(async () => {
      expect((await scene.state()).jobs.map(({ place }) => place)).toEqual(['dead']);
    });
  });

  it('listeners of every event: jobs run on, and are retried', async () => {
    const seen: number[] = [];
    const one = aPool().job('n', { maxFails: 2 }, (job) => {
      seen.push(job.fails);
      if (job.fails === 0) throw new RetryJobError(0);
    });
    for (const event of ['ready', 'started', 'settled', 'notReady'] as const) one.on(event, boom);
    await one.start();
    await scene.enqueue('n');
    await eventually(() => expect(seen).toEqual([0, 1]));
    await scene.quiet();
  });
});
