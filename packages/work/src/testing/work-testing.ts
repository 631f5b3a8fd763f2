import type { INestApplicationContext, InjectionToken, Type } from '@nestjs/common';
import {
  isJobContract,
  jobNamesOf,
  NoHandlerError,
  type Client,
  type ContractArgs,
  type Duration,
  type Job,
  type JobArgs,
  type JobContract,
  type JobNameOrContract,
  type SettledJob,
} from '@nestcraft/engine';
import { milliseconds } from '@nestcraft/engine/internal';
import { VirtualClock, type ManualPool, type NextJob } from '@nestcraft/engine/testing';
import type { EnqueuedJob } from './enqueued-jobs.js';
import { WorkTestingError } from './errors.js';
import { assertStreamsRun } from './fake-timers.js';
import { deadJobs, pendingJobs, type PendingJob } from './pending-jobs.js';
import type { TestingEnvironment } from './testing-environment.js';

/** The parts of a `WorkTesting`. */
export interface WorkTestingParts<App> {
  readonly app: App;
  readonly environment: TestingEnvironment;
  readonly onClose: () => Promise<void>;
}

// Jobs that enqueue each other forever are a mistake, at least in a test.
const MAX_RUNS = 10_000;

/**
 * An application under test and its jobs. Jobs run and time passes only when the test calls `drain`, `advance` or
 * `perform`.
 */
export class WorkTesting<App extends INestApplicationContext = INestApplicationContext> {
  /** The started application: the result of `application`, or the testing module. */
  readonly app: App;
  readonly #environment: TestingEnvironment;
  readonly #onClose: () => Promise<void>;

  constructor({ app, environment, onClose }: WorkTestingParts<App>) {
    this.app = app;
    this.#environment = environment;
    this.#onClose = onClose;
  }

  /** The current time for jobs. */
  get now(): Date {
    return new Date(this.#environment.clock.now());
  }

  /**
   * The jobs that the application has enqueued, in order. Excludes firings of schedules and duplicates of unique jobs.
   */
  get enqueued(): readonly EnqueuedJob[] {
    return this.#environment.enqueued.all;
  }

  /** Returns a provider of the application, from any module. */
  get<T>(token: Type<T> | InjectionToken<T>): T {
    return this.app.get<T>(token, { strict: false });
  }

  /**
   * Runs all waiting jobs, one at a time in the order in which they were enqueued, and the jobs that they enqueue.
   * Scheduled jobs and retries stay until `advance`.
   *
   * @param options `maxRuns`: the number of runs after which the jobs are assumed to never end; default 10000
   * @returns the jobs that have run, each with its fate
   * @throws WorkTestingError if more than `maxRuns` jobs would run
   */
  async drain({ maxRuns = MAX_RUNS }: { readonly maxRuns?: number | undefined } = {}): Promise<
    SettledJob[]
  > {
    await assertStreamsRun();
    const { instances, pools } = this.#environment;
    this.#environment.takeSettled();
    if (pools.length === 0) await Promise.all(instances.map(({ pool }) => drained(pool)));
    else await this.#runAll(maxRuns);
    return this.#environment.takeSettled();
  }

  /**
   * Advances the time. Waiting jobs run first. Scheduled jobs, retries and firings of schedules that become due on the
   * way run at their time, in chronological order.
   *
   * @param duration milliseconds or a string such as `90s`, `1h30m` or `2d`
   * @returns the jobs that have run, each with its fate
   * @throws InvalidOptionError; WorkTestingError with `autoRun`, and as `drain` does
   */
  async advance(duration: Duration): Promise<SettledJob[]> {
    const { clock, pools } = this.#environment;
    if (!(clock instanceof VirtualClock)) {
      throw new WorkTestingError(
        'With autoRun, jobs run in real time, which cannot be advanced. Remove autoRun.',
      );
    }
    const end = clock.now() + Math.round(milliseconds('advance', duration));
    const settled = await this.drain();
    for (let at = await this.#nextAt(); at <= end; at = await this.#nextAt()) {
      clock.moveTo(at);
      for (const pool of pools) await pool.moveDue();
      settled.push(...(await this.drain()));
    }
    clock.moveTo(end);
    return settled;
  }

  /**
   * Runs a job immediately, with everything that surrounds its handler: propagators, middleware, guards, pipes,
   * interceptors, filters and its contract. The job is in no queue and is never retried or kept: if it fails, the
   * promise rejects with its error.
   *
   * @throws the error of the job's handler; NoHandlerError, InvalidJobArgsError
   */
  async perform<Input extends JobArgs, Output>(
    contract: JobContract<Input, Output>,
    ...args: ContractArgs<Input>
  ): Promise<void>;
  async perform(jobName: string, args?: JobArgs | null): Promise<void>;
  async perform(job: JobNameOrContract, args?: JobArgs | null): Promise<void> {
    await assertStreamsRun();
    const { pools } = this.#environment;
    const name = isJobContract(job) ? job.name : job;
    const [pool = pools[0]] = pools.filter(({ jobNames }) => jobNames.includes(name));
    if (!pool) {
      throw new WorkTestingError(
        `Job "${name}" cannot be performed: the test controls no pool of this application. Remove autoRun, and import the module that handles the job.`,
      );
    }
    await pool.perform(job, args);
  }

  /**
   * Makes the next run of a job fail instead of calling its handler. Two calls make the next two runs fail.
   *
   * @throws NoHandlerError if no pool of the application runs the job, for example because the name is misspelt
   */
  failNext(
    job: JobNameOrContract,
    error: unknown = new Error('This run fails because of failNext().'),
  ): void {
    const names = jobNamesOf(job);
    const known = this.#environment.instances.flatMap(({ pool }) => pool.jobNames);
    if (!names.some((name) => known.includes(name)))
      throw new NoHandlerError(names[0] ?? '', known);
    this.#environment.failures.plan(names, error);
  }

  /** Returns the jobs that have not run yet or will run again. */
  async jobs(): Promise<PendingJob[]> {
    return (await Promise.all(this.#clients().map(pendingJobs))).flat();
  }

  /** Returns the dead jobs, most recent first; `job.lastError` is the reason. */
  async dead(): Promise<Job[]> {
    return (await Promise.all(this.#clients().map(deadJobs))).flat();
  }

  /** Removes all jobs, recorded jobs and planned failures. The time is kept. */
  async clear(): Promise<void> {
    for (const client of this.#clients()) {
      for (const { jobName } of await client.queues.list()) await client.queue(jobName).empty();
      await client.scheduled.deleteAll();
      await client.retries.deleteAll();
      await client.dead.deleteAll();
    }
    this.#environment.enqueued.clear();
    this.#environment.failures.clear();
    this.#environment.takeSettled();
  }

  /** Closes the application and removes its keys from Redis. */
  async close(): Promise<void> {
    await assertStreamsRun();
    await this.app.close();
    await this.#onClose();
  }

  async #runAll(maxRuns: number): Promise<void> {
    for (let runs = 0; await this.#runNext();) {
      if (++runs < maxRuns) continue;
      const left = (await this.#heads()).length;
      if (left === 0) return;
      throw new WorkTestingError(
        `Jobs are still waiting after ${maxRuns} runs, the maximum. They may enqueue each other forever. If they do not, raise the limit: drain({ maxRuns: … }).`,
      );
    }
  }

  /** Runs the job that was enqueued first among those that may run. Returns false if none may run. */
  async #runNext(): Promise<boolean> {
    for (const { pool, next } of await this.#heads()) {
      if (await pool.run(next.jobName)) return true;
    }
    return false;
  }

  /** Returns the next job of each queue, in the order in which they were enqueued. */
  async #heads(): Promise<{ readonly pool: ManualPool; readonly next: NextJob }[]> {
    const heads = this.#environment.pools.map(async (pool) =>
      (await pool.next()).map((next) => ({ pool, next })),
    );
    return (await Promise.all(heads)).flat().sort((a, b) => this.#compare(a.next, b.next));
  }

  #compare(a: NextJob, b: NextJob): number {
    const { enqueued } = this.#environment;
    return a.enqueuedAt - b.enqueuedAt || enqueued.placeOf(a.id) - enqueued.placeOf(b.id);
  }

  async #nextAt(): Promise<number> {
    const times = await Promise.all(this.#environment.pools.map((pool) => pool.nextAt()));
    return Math.min(...times.map((time) => time ?? Infinity));
  }

  #clients(): Client[] {
    return this.#environment.instances.map(({ client }) => client);
  }
}

/** Drains a pool. A pool without handlers is skipped, because it runs nothing. */
async function drained(pool: { readonly isReady: boolean; drain(): Promise<void> }): Promise<void> {
  if (pool.isReady) await pool.drain();
}
