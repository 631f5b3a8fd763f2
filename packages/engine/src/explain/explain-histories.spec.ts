import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { TestNamespace } from '../testing/test-redis.js';
import type { Explanation, Reason, ReasonCode } from './explanation.js';

const NAMES = ['plain', 'flaky'] as const;
const HOUR = 3600_000;
const SEED = Number(process.env.HISTORY_SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.HISTORY_RUNS ?? 10);

let world: World;

beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

/** Jobs, pools and settings that change at random. Jobs run until they are released. */
class World {
  readonly ns = new TestNamespace();
  readonly client = new Client(this.ns.options);
  readonly enqueuer = new Enqueuer({ ...this.ns.options, logger: silentLogger });
  /** The ids of the enqueued jobs, and how often each has started. */
  readonly ids: string[] = [];
  readonly starts = new Map<string, number>();
  #gate = new Gate();
  #pools: WorkerPool[] = [];

  async enqueue(name: string, later: boolean): Promise<void> {
    const { id } = await this.enqueuer.enqueue(name, {}, later ? { in: HOUR } : {});
    this.ids.push(id);
  }

  async startPool(): Promise<void> {
    const run = (): Promise<void> => this.#gate.pass();
    const pool = new WorkerPool({
      ...{ ...this.ns.options, logger: silentLogger, concurrency: 2, shutdownTimeout: 5_000 },
    })
      .job('plain', run)
      .job('flaky', { backoff: () => HOUR }, async ({ fails }) => {
        await run();
        if (fails === 0) throw new Error('the first time');
      });
    pool.on('started', ({ id }) => this.starts.set(id, this.#startsOf(id) + 1));
    this.#pools.push(pool);
    await pool.start();
  }

  async stopPool(): Promise<void> {
    const pool = this.#pools.pop();
    const stopped = pool?.stop();
    this.release();
    await stopped;
  }

  /** Lets the running jobs end. */
  release(): void {
    const gate = this.#gate;
    this.#gate = new Gate();
    gate.open();
  }

  /** Resolves once the job has started after the explanation was given. */
  async started(id: string, before: number): Promise<void> {
    await eventually(() => expect(this.#startsOf(id)).toBeGreaterThan(before));
  }

  /** Does what the remedy of a reason says. */
  async remedy({ code }: Reason, { subject }: Explanation): Promise<void> {
    const { id, jobName = '' } = subject;
    const { client } = this;
    const run = async (set: 'scheduled' | 'retries'): Promise<void> => {
      const { jobs } = await client[set].list({ limit: 200 });
      const job = jobs.find((one) => one.id === id);
      expect(job && (await client[set].runNow(job))).toEqual({ status: 'enqueued' });
    };
    const remedies: Partial<Record<ReasonCode, () => unknown>> = {
      paused: () => client.queue(jobName).resume(),
      atLimit: () => client.queue(jobName).limit(0),
      noLivePool: () => this.startPool(),
      poolStopping: () => this.startPool(),
      workersBusy: () => this.release(),
      queuePosition: () => this.release(),
      scheduledUntil: () => run('scheduled'),
      retryUntil: () => run('retries'),
    };
    expect(remedies).toHaveProperty(code);
    await remedies[code]?.();
  }

  async end(): Promise<void> {
    this.release();
    while (this.#pools.length > 0) await this.stopPool();
    await this.enqueuer.close();
    this.client.close();
    await this.ns.close();
  }

  #startsOf(id: string): number {
    return this.starts.get(id) ?? 0;
  }
}

/** The changes that a history consists of. */
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ enqueue: fc.constantFrom(...NAMES), later: fc.boolean() }) },
  fc.record({ pause: fc.constantFrom(...NAMES) }),
  fc.record({ limit: fc.constantFrom(...NAMES), to: fc.nat(1) }),
  fc.constant({ pool: 'start' as const }),
  fc.constant({ pool: 'stop' as const }),
  fc.constant({ release: true as const }),
);

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

async function apply(one: Change): Promise<void> {
  if ('enqueue' in one) await world.enqueue(one.enqueue, one.later);
  else if ('pause' in one) await world.client.queue(one.pause).pause();
  else if ('limit' in one) await world.client.queue(one.limit).limit(one.to);
  else if ('release' in one) world.release();
  else if (one.pool === 'start') await world.startPool();
  else await world.stopPool();
}

/** Follows the remedies of a job until it starts. Each must lead to another first reason, or to the start. */
async function followRemedies(id: string): Promise<void> {
  const path: string[] = [];
  for (let steps = 0; steps < 30; steps++) {
    const before = world.starts.get(id);
    const explanation = await world.client.explain(id);
    const { verdict, reasons, state } = explanation;
    path.push(`${state} ${verdict} ${reasons.map(({ code }) => code).join(',')}`);
    if (verdict === 'over' || verdict === 'running') return;
    if (verdict === 'none') return world.started(id, before ?? 0);
    const [first] = reasons;
    expect([path, first]).not.toContain(undefined);
    if (first) await world.remedy(first, explanation);
    await eventually(async () => {
      const now = await world.client.explain(id);
      const hasStarted = world.starts.get(id) !== before;
      const isOther = now.reasons[0]?.code !== first?.code || now.position !== explanation.position;
      expect([path, hasStarted || isOther]).toEqual([path, true]);
    });
  }
  throw new Error(`The remedies lead nowhere: ${path.join(' → ')}`);
}

it('holds: without a reason a job starts at once, and remedies lead to its start', async () => {
  const history = fc.array(change, { minLength: 4, maxLength: 10 });
  const property = fc.asyncProperty(history, fc.nat(), async (changes, which) => {
    await world.end();
    world = new World();
    for (const one of changes) await apply(one);
    const id = world.ids[which % Math.max(1, world.ids.length)];
    if (id !== undefined) await followRemedies(id);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
});

it('names no holder that ended before it was asked, while jobs move', async () => {
  const ended = new Map<string, number>();
  const { ns, client, enqueuer } = world;
  const pool = new WorkerPool({ ...ns.options, logger: silentLogger, concurrency: 4 });
  pool.job('plain', () => undefined).job('narrow', { maxConcurrency: 2 }, () => undefined);
  pool.on('settled', ({ job }) => ended.set(job.id, performance.now()));
  await pool.start();
  const total = 2_000;
  const ids: string[] = [];
  const [seen, wrong]: [Set<string>, unknown[]] = [new Set(), []];
  const ask = async (): Promise<void> => {
    while (ended.size < total) {
      const asked = performance.now();
      const id = ids[Math.floor(Math.random() * ids.length)];
      const answers = await Promise.all([
        client.explain({ job: 'narrow' }),
        id === undefined ? client.explain({ job: 'plain' }) : client.explain(id),
      ]);
      for (const { state, reasons } of answers) {
        seen.add(state);
        const named = reasons.flatMap(({ by = [] }) => by.map(({ jobId }) => jobId ?? ''));
        wrong.push(...named.filter((one) => (ended.get(one) ?? Infinity) < asked));
      }
    }
  };
  const asking = Promise.all([ask(), ask()]);
  for (let sent = 0; sent < total; sent += 100) {
    const jobs = Array.from({ length: 100 }, (_, i) => ({ name: i % 2 ? 'plain' : 'narrow' }));
    ids.push(...(await enqueuer.enqueueMany(jobs)).map(({ id }) => id));
  }
  await asking;
  await pool.stop();
  expect(wrong).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining(['notFound', 'empty']));
});
