import { EnqueueBatcher } from './enqueue-batcher.js';
import { EnqueueChain } from './enqueue-chain.js';
import { resultOf, type EnqueuedResult, type EnqueueResult } from './enqueue-result.js';
import { ENQUEUER_OPTIONS, type EnqueuerOptions } from './enqueuer-options.js';
import { EntryMaker, inJobs, type MadeJob } from './entry-maker.js';
import { JobSender } from './job-sender.js';
import { NameWatch } from './name-watch.js';
import { assertNewJobs } from './new-jobs.js';
import { PendingWork } from './pending-work.js';
import { systemClock } from '../base/clock.js';
import { noteClass } from '../base/copies.js';
import { Keyring } from '../encryption/keyring.js';
import { ClosedError, InvalidOptionError } from '../errors/errors.js';
import { enqueuePlan, type EnqueueOptions, type Known } from '../job/enqueue-options.js';
import type { JobArgs } from '../job/job-args.js';
import {
  isJobContract,
  jobNameOf,
  type ContractArgs,
  type JobContract,
  type JobNameOrContract,
  type NewJob,
  type PlainJob,
} from '../job/job-contract.js';
import { consoleLogger, safeLogger } from '../logging/logger.js';
import type { EnqueueMiddleware } from '../middleware/enqueue-middleware.js';
import { DEFAULT_NAMESPACE } from '../options/namespace.js';
import { assertOptions } from '../options/option-rules.js';
import { Keys } from '../redis/keys.js';
import { isRedisConnection, RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import { Canceller, type CancelOptions, type CancelResult } from '../stores/canceller.js';

/**
 * Puts jobs into Redis. It needs no worker pool in its process. Calls in the same turn of the event loop share a round trip.
 *
 * The first call connects. When Redis does not answer, a call fails within five seconds: with an `EnqueueRejectedError` if
 * the job is certainly not in Redis, with an `EnqueueOutcomeUnknownError` if it may be.
 *
 * @example
 * ```ts
 * const enqueuer = new Enqueuer({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app' });
 * await enqueuer.enqueue('send_email', { address: 'ada@example.com' });
 * await enqueuer.enqueue('send_email', { address: 'ada@example.com' }, { in: '5m' });
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
  readonly #batcher: EnqueueBatcher;
  readonly #sender: JobSender;
  readonly #canceller: Canceller;
  readonly #chain: EnqueueChain;
  /** The checks, the middleware with everything inside it, and the cancellations. */
  readonly #pending = new PendingWork();
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
      keyring: new Keyring(options.encryption),
      onNewName: (name) => this.#names.note(name),
    });
    const parts = { connection: this.#connection, keys, clock };
    const { logger = consoleLogger, knownJobs: known } = options;
    this.#names = new NameWatch({ ...parts, logger: safeLogger(logger), known });
    this.#batcher = new EnqueueBatcher(parts);
    this.#sender = new JobSender(this.#batcher);
    this.#canceller = new Canceller({ ...parts, scripts: new Scripts(keys, clock) });
    this.#chain = new EnqueueChain(options.propagators ?? [], this.#pending);
  }

  /** Adds a middleware that runs around every call that enqueues, inside the middleware that was added before. */
  middleware(middleware: EnqueueMiddleware): this {
    if (typeof middleware !== 'function') {
      throw new InvalidOptionError('middleware', middleware, 'a function (jobs, next)');
    }
    this.#chain.add(middleware);
    return this;
  }

  /**
   * Puts a job at the end of its queue. Resolves when Redis has it.
   *
   * @param args an object that JSON can hold; a `bigint` is written as a whole number
   * @throws InvalidJobNameError, InvalidJobArgsError, EnqueueRejectedError, EnqueueOutcomeUnknownError, ClosedError
   */
  async enqueue<Args extends JobArgs = Record<string, unknown>>(
    name: string,
    args?: Args | null,
  ): Promise<EnqueuedResult<Args>>;
  /**
   * Puts a job at the end of its queue. Resolves when Redis has it.
   *
   * @param args the input of the contract's schema, in its JSON form; sent unchanged
   * @throws InvalidJobArgsError, NoEncryptionKeyError, EnqueueRejectedError, EnqueueOutcomeUnknownError, ClosedError
   */
  async enqueue<Input extends JobArgs>(
    contract: JobContract<Input>,
    ...args: ContractArgs<Input>
  ): Promise<EnqueuedResult<Input>>;
  /**
   * Enqueues a job for later (`in`, `at`), or only if no equal job waits (`unique`). Resolves when Redis has the job, to its
   * `id`, its `job`, and a `status`: `enqueued` or `scheduled`. For a unique job, the status may also be `updated` or
   * `duplicate`, with the id of the waiting job.
   *
   * @param args an object that JSON can hold, or `undefined`
   * @throws InvalidOptionError, InvalidJobNameError, InvalidJobArgsError, EnqueueRejectedError,
   * EnqueueOutcomeUnknownError, ClosedError
   *
   * @example
   * ```ts
   * const { id, job } = await enqueuer.enqueue('send_reminder', { user: 7 }, { in: '1h' });
   * const { status } = await enqueuer.enqueue('index_page', { page: 7 }, { unique: true }); // 'enqueued' or 'duplicate'
   * ```
   */
  async enqueue<
    Args extends JobArgs = Record<string, unknown>,
    Options extends EnqueueOptions = EnqueueOptions,
  >(
    name: string,
    args: Args | null | undefined,
    options: Known<Options> | undefined,
  ): Promise<EnqueueResult<Args, Options>>;
  /**
   * Enqueues a job for later (`in`, `at`), or only if no equal job waits (`unique`). Resolves when Redis has the job, to its
   * `id`, its `job`, and a `status`: `enqueued` or `scheduled`. For a unique job, the status may also be `updated` or
   * `duplicate`, with the id of the waiting job.
   *
   * @param args the input of the contract's schema, in its JSON form; sent unchanged
   * @throws InvalidOptionError, InvalidJobArgsError, NoEncryptionKeyError, EnqueueRejectedError,
   * EnqueueOutcomeUnknownError, ClosedError
   */
  async enqueue<Input extends JobArgs, Options extends EnqueueOptions = EnqueueOptions>(
    contract: JobContract<Input>,
    args: ContractArgs<Input>[0],
    options: Known<Options> | undefined,
  ): Promise<EnqueueResult<Input, Options>>;
  async enqueue(
    named: JobNameOrContract,
    args?: JobArgs | null,
    options?: EnqueueOptions,
  ): Promise<EnqueueResult> {
    const plan = enqueuePlan('enqueue()', options);
    this.#assertOpen();
    const contract = isJobContract(named) ? named : undefined;
    const made = this.#maker.make(jobNameOf(named), args, plan, contract);
    if (contract) await this.#check(contract, made);
    const reply = await this.#chain.through(
      [made],
      (carrier) => this.#sender.send(made, carrier),
      (one) => [resultOf(made, one)],
    );
    return resultOf(made, reply);
  }

  /**
   * Enqueues many jobs, in one round trip if possible. Checks all names, arguments and options before it sends anything.
   * Plain jobs of one name keep their order, and so do unique ones.
   *
   * Their number is unlimited. All entries are made in one turn of the event loop, at about a microsecond for a small job,
   * and stay in memory until Redis has them. Prefer 10,000 jobs per call to a million.
   *
   * @param jobs names, arguments and options, or jobs that a contract's `with` has made
   * @returns a result for each job, in the order of `jobs`
   * @throws the errors of `enqueue`; PartialEnqueueError when Redis has accepted only some of the jobs
   *
   * @example
   * ```ts
   * await enqueuer.enqueueMany([SendEmail.with({ to }), { name: 'ping', options: { in: '1h' } }]);
   * ```
   */
  async enqueueMany(jobs: readonly PlainJob[]): Promise<EnqueuedResult[]>;
  async enqueueMany(jobs: readonly NewJob[]): Promise<EnqueueResult[]>;
  async enqueueMany(jobs: readonly NewJob[]): Promise<EnqueueResult[]> {
    assertNewJobs(jobs);
    if (jobs.length === 0) return [];
    this.#assertOpen();
    const made = this.#maker.makeAll(jobs);
    if (jobs.some(({ contract }) => contract)) await this.#checkAll(jobs, made);
    return this.#chain.through(
      made,
      (carrier) => this.#sender.sendAll(made, carrier),
      (all) => all,
    );
  }

  /**
   * Cancels a job. Removes a waiting job, a scheduled job or a retry, and releases its unique claim. If the job is already
   * running, in any process, its `job.signal` aborts immediately with a `JobCancelledError`. If its handler then throws, the
   * job is neither retried nor kept. If it returns, the job is done. Dead jobs stay. It is safe to repeat the call.
   *
   * Redis has no index of jobs by id, so the search reads all waiting jobs. A million take about a second, in short steps.
   *
   * @param options.jobName the job's name, so that only its queue is searched; default: all queues
   * @throws InvalidOptionError for an empty id, InvalidJobNameError, ClosedError; NotConnectedError when Redis is out of
   * reach, and the errors of ioredis when the connection is lost
   *
   * @example
   * ```ts
   * const { id } = await enqueuer.enqueue('send_reminder', { user: 7 }, { in: '1h' });
   * const { status } = await enqueuer.cancel(id, { jobName: 'send_reminder' }); // 'removed'
   * ```
   */
  async cancel(jobId: string, options: CancelOptions = {}): Promise<CancelResult> {
    this.#assertOpen();
    return this.#pending.track(this.#canceller.cancel(jobId, options));
  }

  /**
   * Waits for all pending calls, including checks and middleware. Then closes the connection if the enqueuer made it. It is
   * safe to repeat the call.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#names.close();
    await this.#pending.ended();
    await this.#batcher.flushed();
    if (this.#ownsConnection) this.#connection.close();
  }

  /** Closes the enqueuer at the end of its block: `await using enqueuer = new Enqueuer(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #checkAll(jobs: readonly NewJob[], made: readonly MadeJob[]): Promise<void> {
    await Promise.all(
      jobs.map(async ({ contract }, index) => {
        const job = made[index];
        if (!contract || !job) return;
        await this.#check(contract, job).catch((error: unknown) => {
          throw inJobs(index, error);
        });
      }),
    );
  }

  /** Resolves if a worker can read the job by its contract. @throws InvalidJobArgsError */
  #check(contract: JobContract, job: MadeJob): Promise<void> {
    return this.#pending.track(this.#maker.check(contract, job));
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError('enqueuer');
  }
}
