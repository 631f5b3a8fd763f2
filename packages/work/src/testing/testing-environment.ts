import type { RedisSource, SettledJob } from '@nestcraft/engine';
import type { Clock } from '@nestcraft/engine/internal';
import { startByHand, type ManualPool } from '@nestcraft/engine/testing';
import type { EnvironmentInstance, WorkEnvironment } from '../instance/work-environment.js';
import type { WorkModuleOptions } from '../options/work-module-options.js';
import { EnqueuedJobs } from './enqueued-jobs.js';
import { PlannedFailures } from './planned-failures.js';
import type { PrivateRedis } from './private-redis.js';

const DEFAULT_NAMESPACE = 'work';

/** The environment of an application under test. It records the jobs that its instances enqueue and run. */
export class TestingEnvironment implements WorkEnvironment {
  readonly enqueued: EnqueuedJobs;
  readonly failures = new PlannedFailures();
  readonly instances: EnvironmentInstance[] = [];
  /** The pools that the test runs manually. */
  readonly pools: ManualPool[] = [];
  #settled: SettledJob[] = [];

  constructor(
    readonly clock: Clock,
    private readonly redis: PrivateRedis,
    private readonly autoRun: boolean,
  ) {
    this.enqueued = new EnqueuedJobs(clock);
  }

  namespace({ namespace = DEFAULT_NAMESPACE }: WorkModuleOptions): string {
    return this.redis.prefix + namespace;
  }

  openSource(): Promise<RedisSource> {
    return Promise.resolve(this.redis.source);
  }

  attach(instance: EnvironmentInstance): void {
    this.instances.push(instance);
    this.enqueued.listenTo(instance.enqueuer);
    instance.pool.on('settled', (job) => this.#settled.push(job));
  }

  async start({ pool }: EnvironmentInstance): Promise<() => void> {
    pool.middleware(this.failures.middleware);
    if (this.autoRun) await pool.start();
    else this.pools.push(await startByHand(pool));
    return () => undefined;
  }

  /** Returns the jobs that have run since the last call. */
  takeSettled(): SettledJob[] {
    const settled = this.#settled;
    this.#settled = [];
    return settled;
  }
}
