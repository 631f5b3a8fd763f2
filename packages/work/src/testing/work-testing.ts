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

/** What `WorkTesting` is made of. */
export interface WorkTestingParts<App> {
  readonly app: App;
  readonly environment: TestingEnvironment;
  readonly onClose: () => Promise<void>;
}

// Jobs that enqueue each other for ever are a mistake, in a test at least.
const MAX_RUNS = 10_000;

/**
 * An application under test, and what its jobs do. Nothing runs and no time passes unless the test says so: `drain`,
 * `advance` and `perform` do.
 */
export class WorkTesting<App extends INestApplicationContext = INestApplicationContext> {
  /** The application, which has started: what `application` made, or the testing module. */
  readonly app: App;
  readonly #environment: TestingEnvironment;
  readonly #onClose: () => Promise<void>;

  constructor({ app, environment, onClose }: WorkTestingParts<App>) {
    this.app = app;
    this.#environment = environment;
    this.#onClose = onClose;
  }

  /** What time it is for jobs. */
  get now(): Date {
    return new Date(this.#environment.clock.now());
  }

  /** The jobs that the application has enqueued, in order. Firings of schedules and duplicates of unique jobs are not among them. */
  get enqueued(): readonly EnqueuedJob[] {
    return this.#environment.enqueued.all;
  }

  /** A provider of the application, whatever module it is in. */
  get<T>(token: Type<T> | InjectionToken<T>): T {
    return this.app.get<T>(token, { strict: false });
  }

  /**
   * Runs all jobs that wait, one after the other in the order in which they were put into their queues, and those that
   * they enqueue. What is scheduled, or waits for a retry, stays until `advance`.
   *
   * @param options `maxRuns`: how many may run before the test is taken to go on for ever; default 10000
   * @returns the jobs that have run, with what became of each
   * @throws WorkTestingError when more than that would run
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
   * Lets time pass. Whatever becomes due on the way (scheduled jobs, retries, firings of schedules) runs at its time, in
   * the order of time; so does, first of all, what waits already.
   *
   * @param duration milliseconds, or a text such as `90s`, `1h30m` or `2d`
   * @returns the jobs that have run, with what became of each
   * @throws InvalidOptionError; WorkTestingError with `autoRun`, and as `drain` does
   */
  async advance(duration: Duration): Promise<SettledJob[]> {
    const { clock, pools } = this.#environment;
    if (!(clock instanceof VirtualClock)) {
      throw new WorkTestingError(
        'With autoRun jobs have real time. Leave autoRun out to advance it.',
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
   * Runs a job at once, with all that stands around its handler: propagators, middleware, guards, pipes, interceptors,
   * filters, its contract. It is in no queue, and nothing becomes of it: when it fails, this rejects with its error.
   *
   * @throws what the job's handler throws; NoHandlerError, InvalidJobArgsError
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
        `Job "${name}" cannot be performed: no pool of this application is run by hand. Leave autoRun out, and import what handles it.`,
      );
    }
    await pool.perform(job, args);
  }

  /**
   * Has the next run of a job fail in place of its handler; called twice, the next two.
   *
   * @throws NoHandlerError when no pool of the application would run it, as when the name is misspelt
   */
  failNext(
    job: JobNameOrContract,
    error: unknown = new Error('This run was to fail, by failNext().'),
  ): void {
    const names = jobNamesOf(job);
    const known = this.#environment.instances.flatMap(({ pool }) => pool.jobNames);
    if (!names.some((name) => known.includes(name)))
      throw new NoHandlerError(names[0] ?? '', known);
    this.#environment.failures.plan(names, error);
  }

  /** The jobs that have not run yet, or are to run again. */
  async jobs(): Promise<PendingJob[]> {
    return (await Promise.all(this.#clients().map(pendingJobs))).flat();
  }

  /** The dead jobs, the one that died last first; `job.lastError` says why. */
  async dead(): Promise<Job[]> {
    return (await Promise.all(this.#clients().map(deadJobs))).flat();
  }

  /** Forgets all jobs, what was enqueued, and what was to fail. Time stays. */
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

  /** Closes the application, and removes what it has left in Redis. */
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
        `Jobs wait still, and as many have run as may: ${maxRuns}. Do they enqueue each other for ever? If not: drain({ maxRuns: … }).`,
      );
    }
  }

  /** Runs the job that was put into its queue first, of all that may be run. Returns false if there is none. */
  async #runNext(): Promise<boolean> {
    for (const { pool, next } of await this.#heads()) {
      if (await pool.run(next.jobName)) return true;
    }
    return false;
  }

  /** The next job of each queue, in the order in which they were put there. */
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

/** A pool without handlers runs nothing. */
async function drained(pool: { readonly isReady: boolean; drain(): Promise<void> }): Promise<void> {
  if (pool.isReady) await pool.drain();
}
