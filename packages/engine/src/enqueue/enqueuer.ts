import { types } from 'node:util';
import { noteClass } from '../base/copies.js';
import { Canceller, type CancelOptions, type CancelResult } from '../stores/canceller.js';
import { systemClock } from '../base/clock.js';
import { sendThrough, type EnqueueMiddleware } from '../middleware/enqueue-middleware.js';
import {
  assertKey,
  assertNoOptions,
  ENQUEUER_OPTIONS,
  UNIQUE_OPTIONS,
  wholeDelay,
  type EnqueuerOptions,
  type UniqueOptions,
} from './enqueuer-options.js';
import { EntryMaker, type MadeJob } from './entry-maker.js';
import {
  ClosedError,
  PartialEnqueueError,
  EnqueueOutcomeUnknownError,
  InvalidOptionError,
} from '../errors/errors.js';
import { Job, ScheduledJob } from '../job/job.js';
import type { JobArgs } from '../job/job-args.js';
import type { JobEntry } from '../job/job-entry.js';
import { mostBytesOf } from '../job/job-size.js';
import {
  isJobContract,
  jobNameOf,
  type ContractArgs,
  type JobContract,
  type JobNameOrContract,
  type NewJob,
} from '../job/job-contract.js';
import { LOAD } from './load.js';
import { consoleLogger, safeLogger } from '../logging/logger.js';
import { NameWatch } from './name-watch.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import { assertNewJobs } from '../job/new-jobs.js';
import { Outbox } from './outbox.js';
import { assertOptions } from '../options/option-rules.js';
import { capture, type Propagator } from '../middleware/propagator.js';
import { batchesBySize } from '../redis/batches.js';
import { Keys } from '../redis/keys.js';
import { isRedisConnection, RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import type { Carrier, Scheduling } from '../scripts/enqueuing-scripts.js';
import { setImmediate } from '../base/timers.js';

/** What became of a unique job when it was enqueued. */
export type UniqueResult<Args = Record<string, unknown>> =
  | { readonly status: 'enqueued'; readonly id: string; readonly job: Job<Args> }
  /** One like it waits: `updated`, it will run with the new arguments; `duplicate`, it stays as it is. */
  | {
      readonly status: 'updated' | 'duplicate';
      /** The waiting job's id; `undefined` where a Go process enqueued it and did not say. */
      readonly id: string | undefined;
    };

/**
 * Puts jobs into Redis. Needs no worker pool in its process. Calls made in the same turn of the event loop share one
 * round trip.
 *
 * Its connection is made with the first call. When Redis does not answer, a call fails within five seconds, as an
 * `EnqueueRejectedError` if the job is certainly not in Redis, as an `EnqueueOutcomeUnknownError` if it may be.
 *
 * @example
 * ```ts
 * const enqueuer = new Enqueuer({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app' });
 * await enqueuer.enqueue('send_email', { address: 'ada@example.com' });
 * await enqueuer.enqueueIn('send_email', 300, { address: 'ada@example.com' });
 * await enqueuer.close();
 * ```
 */
export class Enqueuer {
  static {
    noteClass('Enqueuer', this);
  }

  readonly #connection: RedisConnection;
  readonly #ownsConnection: boolean;
  readonly #maker: EntryMaker;
  readonly #names: NameWatch;
  readonly #outbox: Outbox;
  readonly #canceller: Canceller;
  readonly #propagators: readonly Propagator[];
  readonly #middleware: EnqueueMiddleware[];
  /** What goes before a job is handed over: checks, and middleware with all inside of it. */
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: EnqueuerOptions) {
    assertOptions('Enqueuer', options, ENQUEUER_OPTIONS);
    const { redis, namespace = DEFAULT_NAMESPACE, clock = systemClock, commandTimeout } = options;
    const keys = new Keys(namespace);
    this.#ownsConnection = !isRedisConnection(redis);
    this.#connection = isRedisConnection(redis)
      ? redis
      : new RedisConnection(redis, { name: 'enqueuer', namespace, commandTimeout, unref: true });
    this.#maker = new EntryMaker({
      clock,
      keys,
      limits: options,
      escapes: options.uniqueKeyEscapes,
      onNewName: (name) => this.#names.note(name),
    });
    const parts = { connection: this.#connection, keys, clock };
    const { logger = consoleLogger, knownJobs: known } = options;
    this.#names = new NameWatch({ ...parts, logger: safeLogger(logger), known });
    this.#outbox = new Outbox(parts);
    this.#canceller = new Canceller({ ...parts, scripts: new Scripts(keys, clock) });
    this.#propagators = options.propagators ?? [];
    this.#middleware = this.#propagators.flatMap((one) => one.enqueue?.bind(one) ?? []);
  }

  /** Has `middleware` run around every call that enqueues, inside of what was registered before. */
  middleware(middleware: EnqueueMiddleware): this {
    if (typeof middleware !== 'function') {
      throw new InvalidOptionError('middleware', middleware, 'a function (jobs, next)');
    }
    this.#middleware.push(middleware);
    return this;
  }

  /**
   * Puts a job at the end of its queue. Resolves when Redis has it.
   *
   * @param args an object that JSON can hold; `bigint` is written as a whole number
   * @throws InvalidJobNameError, InvalidJobArgsError, EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  async enqueue<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    args?: Args | null,
  ): Promise<Job<Args>>;
  /**
   * By a contract, whose schema must take the arguments as JSON holds them. They are sent as they were given.
   *
   * @throws as above
   */
  async enqueue<Input extends JobArgs>(
    contract: JobContract<Input>,
    ...args: ContractArgs<Input>
  ): Promise<Job<Input>>;
  async enqueue(named: JobNameOrContract, args?: JobArgs | null, options?: unknown): Promise<Job> {
    assertNoOptions('enqueue()', options);
    this.#assertOpen();
    const made = this.#maker.make(jobNameOf(named), args);
    if (isJobContract(named)) await this.#checked(named, made);
    const { job, text } = made;
    await this.#send([job], (carrier) =>
      this.#outbox.enqueue(job.name, [text], carriersTo([job], carrier)),
    );
    return new Job(job);
  }

  /**
   * Puts a job into its queue after `seconds`; a fraction is rounded up, and no job runs early.
   *
   * @throws InvalidOptionError for a delay that is negative or longer than 100 years, and what `enqueue` throws
   */
  async enqueueIn<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    seconds: number,
    args?: Args | null,
  ): Promise<ScheduledJob<Args>>;
  async enqueueIn<Input extends JobArgs>(
    contract: JobContract<Input>,
    seconds: number,
    ...args: ContractArgs<Input>
  ): Promise<ScheduledJob<Input>>;
  async enqueueIn(
    named: JobNameOrContract,
    seconds: number,
    args?: JobArgs | null,
    options?: unknown,
  ): Promise<ScheduledJob> {
    assertNoOptions('enqueueIn()', options);
    return this.#schedule(named, { in: wholeDelay(seconds) }, args);
  }

  /**
   * Puts a job into its queue at `time`, rounded up to a whole second; at once if that has passed.
   *
   * @throws InvalidOptionError for an invalid date, and what `enqueue` throws
   */
  async enqueueAt<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    time: Date,
    args?: Args | null,
  ): Promise<ScheduledJob<Args>>;
  async enqueueAt<Input extends JobArgs>(
    contract: JobContract<Input>,
    time: Date,
    ...args: ContractArgs<Input>
  ): Promise<ScheduledJob<Input>>;
  async enqueueAt(
    named: JobNameOrContract,
    time: Date,
    args?: JobArgs | null,
    options?: unknown,
  ): Promise<ScheduledJob> {
    assertNoOptions('enqueueAt()', options);
    const milliseconds = types.isDate(time) ? time.getTime() : NaN;
    if (Number.isNaN(milliseconds)) throw new InvalidOptionError('time', time, 'a valid Date');
    return this.#schedule(named, { at: Math.ceil(milliseconds / 1000) }, args);
  }

  /**
   * Puts a job into its queue unless one of the same name and arguments waits already: in the queue or for its time.
   * The claim ends when the job is started (unless its job type says otherwise, see `uniqueUntil`), and with it the
   * job itself, after its retries.
   *
   * @returns the job, or `null` if one like it waits
   * @throws what `enqueue` throws
   */
  async enqueueUnique<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    args?: Args | null,
  ): Promise<Job<Args> | null>;
  async enqueueUnique<Input extends JobArgs>(
    contract: JobContract<Input>,
    ...args: ContractArgs<Input>
  ): Promise<Job<Input> | null>;
  async enqueueUnique(
    named: JobNameOrContract,
    args?: JobArgs | null,
    options?: unknown,
  ): Promise<Job | null> {
    assertNoOptions('enqueueUnique()', options);
    return jobOf(await this.#claim(named, args));
  }

  /** As `enqueueUnique`, but after `seconds`. @throws what `enqueueIn` throws */
  async enqueueUniqueIn<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    seconds: number,
    args?: Args | null,
  ): Promise<ScheduledJob<Args> | null>;
  async enqueueUniqueIn<Input extends JobArgs>(
    contract: JobContract<Input>,
    seconds: number,
    ...args: ContractArgs<Input>
  ): Promise<ScheduledJob<Input> | null>;
  async enqueueUniqueIn(
    named: JobNameOrContract,
    seconds: number,
    args?: JobArgs | null,
    options?: unknown,
  ): Promise<ScheduledJob | null> {
    assertNoOptions('enqueueUniqueIn()', options);
    return jobOf(
      await this.#claim(named, args, { seconds: wholeDelay(seconds) }),
    ) as ScheduledJob | null;
  }

  /**
   * As `enqueueUnique`, but what makes two jobs the same is `key`, not their arguments; and if one waits already, it
   * will run with these arguments.
   *
   * @returns the job, or `null` if one with the same key waits
   * @throws what `enqueue` throws
   */
  async enqueueUniqueByKey<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    args: Args | null | undefined,
    key: object,
  ): Promise<Job<Args> | null>;
  async enqueueUniqueByKey<Input extends JobArgs>(
    contract: JobContract<Input>,
    args: ContractArgs<Input>[0],
    key: object,
  ): Promise<Job<Input> | null>;
  async enqueueUniqueByKey(
    named: JobNameOrContract,
    args: JobArgs | null | undefined,
    key: object,
  ): Promise<Job | null> {
    assertKey(key);
    return jobOf(await this.#claim(named, args, { key }));
  }

  /** As `enqueueUniqueByKey`, but after `seconds`; a waiting job keeps its time. @throws what `enqueueIn` throws */
  async enqueueUniqueInByKey<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    seconds: number,
    args: Args | null | undefined,
    key: object,
  ): Promise<ScheduledJob<Args> | null>;
  async enqueueUniqueInByKey<Input extends JobArgs>(
    contract: JobContract<Input>,
    seconds: number,
    args: ContractArgs<Input>[0],
    key: object,
  ): Promise<ScheduledJob<Input> | null>;
  async enqueueUniqueInByKey(
    named: JobNameOrContract,
    seconds: number,
    args: JobArgs | null | undefined,
    key: object,
  ): Promise<ScheduledJob | null> {
    assertKey(key);
    return jobOf(
      await this.#claim(named, args, { seconds: wholeDelay(seconds), key }),
    ) as ScheduledJob | null;
  }

  /**
   * Enqueues a unique job, and tells what became of it and of the one that may wait already.
   *
   * @throws what `enqueueIn` throws
   */
  async tryEnqueueUnique<Args extends JobArgs = Record<string, unknown>>(
    jobName: string,
    args?: Args | null,
    options?: UniqueOptions,
  ): Promise<UniqueResult<Args>>;
  async tryEnqueueUnique<Input extends JobArgs>(
    contract: JobContract<Input>,
    ...argsAndOptions: [...args: ContractArgs<Input>, options?: UniqueOptions]
  ): Promise<UniqueResult<Input>>;
  async tryEnqueueUnique(
    named: JobNameOrContract,
    args?: JobArgs | null,
    options: UniqueOptions = {},
  ): Promise<UniqueResult> {
    assertOptions('tryEnqueueUnique()', options, UNIQUE_OPTIONS);
    return this.#claim(named, args, options);
  }

  /**
   * Enqueues many jobs, as far as possible in one round trip. All names and arguments are checked before anything is sent.
   * Jobs of one name keep their order.
   *
   * Any number of jobs goes, and takes as long as it takes. Their entries are made in one turn of the event loop, at about
   * a microsecond for a small job, and are in memory until Redis has them: better 10,000 a call than a million.
   *
   * @param jobs names and arguments; or what a contract's `with` has made of arguments
   * @returns the jobs in the order of `jobs`
   * @throws what `enqueue` throws; or PartialEnqueueError when Redis has taken only some of the jobs
   */
  async enqueueMany(jobs: readonly NewJob[]): Promise<Job[]> {
    assertNewJobs(jobs);
    if (jobs.length === 0) return [];
    this.#assertOpen();
    const made = this.#maker.makeAll(jobs);
    if (jobs.some(({ contract }) => contract)) await this.#allChecked(jobs, made);
    const entries = made.map(({ job }) => job);
    await this.#send(entries, (carrier) => this.#enqueueAll(made, carrier));
    return entries.map((entry) => new Job(entry));
  }

  /**
   * Cancels a job: one that waits, is scheduled, or is to be retried is removed, and frees its unique claim; of one that
   * runs, in whatever process, `job.signal` aborts at once, with a `JobCancelledError`. If its handler then throws, the
   * job is neither retried nor kept; if it returns, the job is done. Dead jobs are not touched. Safe to repeat.
   *
   * Without an index of jobs by id, all that wait are looked at: a million take about a second, in steps that hold
   * nobody up.
   *
   * @param options.jobName the job's name: only its queue is looked into then
   * @throws InvalidOptionError for an empty id, InvalidJobNameError, ClosedError; NotConnectedError when Redis is out of
   * reach, and what ioredis throws when the connection is lost
   *
   * @example
   * ```ts
   * const { id } = await enqueuer.enqueueIn('send_reminder', 3600, { user: 7 });
   * const { status } = await enqueuer.cancel(id, { jobName: 'send_reminder' }); // 'removed'
   * ```
   */
  async cancel(jobId: string, options: CancelOptions = {}): Promise<CancelResult> {
    this.#assertOpen();
    return this.#awaited(this.#canceller.cancel(jobId, options));
  }

  /** Waits for what is being enqueued, checks and middleware included, or cancelled; then closes the connection if it is the enqueuer's own. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#names.close();
    while (this.#pending.size > 0) {
      await Promise.allSettled(this.#pending);
      await new Promise(setImmediate); // Who has waited for a check goes on in this turn.
    }
    await this.#outbox.flushed();
    if (this.#ownsConnection) this.#connection.close();
  }

  async #enqueueAll(made: readonly MadeJob[], carrier?: string): Promise<void> {
    const byName = new Map<string, MadeJob[]>();
    for (const one of made) {
      const group = byName.get(one.job.name);
      if (group) group.push(one);
      else byName.set(one.job.name, [one]);
    }
    const results = await Promise.all(
      [...byName].flatMap(([jobName, group]) =>
        batchesBySize(group, ({ text }) => mostBytesOf(text), LOAD).map(async (chunk) => {
          try {
            const texts = chunk.map(({ text }) => text);
            const jobs = chunk.map(({ job }) => job);
            await this.#outbox.enqueue(jobName, texts, carriersTo(jobs, carrier));
            return { chunk };
          } catch (error) {
            return { chunk, error };
          }
        }),
      ),
    );
    const failures = results.filter(({ error }) => error !== undefined);
    // What is certain of some is not of all, if of one it is not.
    const failed =
      failures.find(({ error }) => error instanceof EnqueueOutcomeUnknownError) ?? failures[0];
    if (!failed) return;
    const taken = results.flatMap(({ chunk, error }) => (error === undefined ? chunk : []));
    if (taken.length === 0) throw failed.error;
    throw new PartialEnqueueError(
      taken.map(({ job }) => new Job(job)),
      made.length,
      failed.error,
    );
  }

  async #schedule(
    named: JobNameOrContract,
    when: Scheduling['when'],
    args: JobArgs | null | undefined,
  ): Promise<ScheduledJob> {
    this.#assertOpen();
    const made = this.#maker.make(jobNameOf(named), args);
    if (isJobContract(named)) await this.#checked(named, made);
    const { job, text } = made;
    const { name: jobName, id } = job;
    const runAt = await this.#send(
      [job],
      (carrier) => this.#outbox.schedule({ jobName, id, entry: text, when, carrier }),
      (at) => [taken(job, at)],
    );
    return taken(job, runAt);
  }

  async #claim(
    named: JobNameOrContract,
    args: JobArgs | null | undefined,
    { seconds, key }: UniqueOptions = {},
  ): Promise<UniqueResult> {
    const when = seconds === undefined ? undefined : { in: wholeDelay(seconds) };
    this.#assertOpen();
    const made = this.#maker.makeUnique(jobNameOf(named), args, key);
    if (isJobContract(named)) await this.#checked(named, made);
    const { job, text } = made;
    const { name: jobName, id, uniqueKey } = job;
    const keyed = Boolean(key);
    const claiming = { jobName, id, entry: text, uniqueKey, keyed, when };
    const claimed = await this.#send(
      [job],
      (carrier) => this.#outbox.claim({ ...claiming, carrier }),
      ({ status, runAt }) => (status === 'enqueued' ? [taken(job, runAt)] : []),
    );
    if (claimed.status !== 'enqueued') {
      return { status: claimed.status, id: claimed.id || undefined };
    }
    return { status: 'enqueued', id, job: taken(job, claimed.runAt) };
  }

  /** Resolves when the contract has found that a worker could read the job. @throws InvalidJobArgsError */
  async #checked(contract: JobContract, made: MadeJob): Promise<void> {
    await this.#awaited(this.#maker.check(contract, made));
  }

  /** What `close` waits for. */
  async #awaited<Result>(work: Promise<Result>): Promise<Result> {
    this.#pending.add(work);
    try {
      return await work;
    } finally {
      this.#pending.delete(work);
    }
  }

  async #allChecked(jobs: readonly NewJob[], made: readonly MadeJob[]): Promise<void> {
    await Promise.all(
      jobs.map(async ({ contract }, index) => {
        const entry = made[index];
        if (contract && entry) await this.#checked(contract, entry);
      }),
    );
  }

  /** Has `send` send the jobs with what is carried to them. `takenOf` tells from its result which of them Redis took. */
  #send<Result>(
    entries: readonly JobEntry[],
    send: (carrier?: string) => Promise<Result>,
    takenOf?: (result: Result) => readonly Job[],
  ): Promise<Result> {
    if (this.#middleware.length === 0 && this.#propagators.length === 0) return send();
    const jobs = entries.map((entry) => new Job(entry));
    return this.#awaited(
      sendThrough(
        this.#middleware,
        jobs,
        async () => send(capture(this.#propagators)),
        takenOf ?? (() => jobs),
      ),
    );
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('enqueuer');
  }
}

/** The job as it was taken; without a run time, by its queue. */
function taken(entry: JobEntry, runAt: number): ScheduledJob;
function taken(entry: JobEntry, runAt: number | undefined): Job;
function taken(entry: JobEntry, runAt: number | undefined): Job {
  return runAt === undefined ? new Job(entry) : new ScheduledJob(entry, new Date(runAt * 1000));
}

function jobOf<Args>(result: UniqueResult<Args>): Job<Args> | null {
  return result.status === 'enqueued' ? result.job : null;
}

function carriersTo(entries: readonly JobEntry[], text: string | undefined): Carrier[] | undefined {
  return text === undefined ? undefined : entries.map(({ id: jobId }) => ({ jobId, text }));
}
