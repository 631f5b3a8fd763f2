import { unixSeconds } from '../base/clock.js';
import { JobCancelledError, NoHandlerError } from '../errors/errors.js';
import { newId } from '../base/id.js';
import { encodeArgs, type JobArgs } from '../job/job-args.js';
import { isJobContract, jobNameOf, type JobNameOrContract } from '../job/job-contract.js';
import { newEntry, parseEntry } from '../job/job-entry.js';
import { HORIZON } from '../schedule/firing-plan.js';
import type { PoolActors } from './pool-actors.js';
import type { PoolContext } from './pool-context.js';
import { capture } from '../middleware/propagator.js';
import { toRaw } from '../redis/raw.js';
import type { Workers } from '../run/workers.js';

/** The actors that a manual pool drives. */
export type ManualActors = Pick<
  PoolActors<unknown>,
  'dispatcher' | 'periodicEnqueuer' | 'requeueDue'
> & { readonly workers: Pick<Workers<unknown>, 'ended' | 'perform'> };

/** The parts of the pool's context that a manual pool uses. */
export type ManualContext = Pick<
  PoolContext,
  'settings' | 'jobNames' | 'schedules' | 'connection' | 'keys' | 'clock'
>;

/** The next job of a queue. */
export interface NextJob {
  readonly jobName: string;
  /** The job's id; empty for an entry that is not a job. */
  readonly id: string;
  /** When the job was enqueued, in seconds since the epoch. */
  readonly enqueuedAt: number;
}

// The longest timer, in milliseconds. The test runner is responsible for ending a handler that never returns.
const FOR_EVER = 2 ** 31 - 1;
const CARRIER_TTL = 60_000;

/** The key of the WorkerPool method that starts the pool by hand; the same in every copy of the engine. */
export const BY_HAND = Symbol.for('nestcraft:start_by_hand');

/**
 * A pool that does nothing on its own. A test requests each step and can await it. The test's clock sets the time.
 * `startByHand` makes one.
 */
export class ManualPool {
  readonly #pool: ManualContext;
  readonly #actors: ManualActors;
  /** The time up to which the firings of schedules were added, in seconds since the epoch. */
  #addedUntil = -Infinity;

  constructor(pool: ManualContext, actors: ManualActors) {
    this.#pool = pool;
    this.#actors = actors;
    actors.dispatcher.stopFetching();
  }

  /** The job names that have a handler in this pool. */
  get jobNames(): readonly string[] {
    return this.#pool.jobNames;
  }

  /** Returns the next job of each queue that has one and is not paused. */
  async next(): Promise<NextJob[]> {
    const { connection, jobNames, keys } = this.#pool;
    const { redis } = connection;
    const heads = await Promise.all(
      jobNames.map(async (jobName) => {
        if ((await redis.exists(keys.paused(jobName))) === 1) return [];
        const entry = await redis.lindexBuffer(keys.queue(jobName), -1);
        return entry ? [{ jobName, ...headOf(entry) }] : [];
      }),
    );
    return heads.flat();
  }

  /** Runs the next job of a name. Returns `false` if none waits, or if the name's limit is reached. */
  async run(jobName: string): Promise<boolean> {
    const { dispatcher, workers } = this.#actors;
    const found = await dispatcher.fetchOne(jobName);
    await workers.ended(FOR_EVER);
    await dispatcher.dispatch(); // settles the job, and fetches no other
    return found;
  }

  /** Adds the due firings of schedules, and moves due jobs to their queues. */
  async moveDue(): Promise<void> {
    await this.#actors.periodicEnqueuer.enqueue();
    this.#addedUntil = unixSeconds(this.#pool.clock) + HORIZON;
    await this.#actors.requeueDue();
  }

  /** Returns when the next job is due, in milliseconds since the epoch; `undefined` if none will be. */
  async nextAt(): Promise<number | undefined> {
    const { connection, keys } = this.#pool;
    const { redis } = connection;
    const firsts = await Promise.all([
      redis.zrange(keys.scheduled, '0', '0', 'WITHSCORES'),
      redis.zrange(keys.retry, '0', '0', 'WITHSCORES'),
    ]);
    const times = firsts.flatMap(([, score]) => (score === undefined ? [] : Number(score) * 1000));
    const earliest = Math.min(...times, this.#nextFirings());
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  /**
   * Runs a job that is not in any queue, with its middleware and propagators.
   *
   * @throws the error of its handler; NoHandlerError, InvalidJobArgsError, PropagatorCaptureError
   */
  async perform(job: JobNameOrContract, args?: JobArgs | null): Promise<void> {
    const { clock, jobNames } = this.#pool;
    const name = jobNameOf(job);
    if (!jobNames.includes(name)) throw new NoHandlerError(name, jobNames);
    if (isJobContract(job)) await job.check(args ?? {});
    const id = newId();
    const enqueuedAt = unixSeconds(clock);
    await this.#carry(id);
    const raw = newEntry({ name, id, enqueuedAt, argsText: encodeArgs(name, args) });
    const outcome = await this.#actors.workers.perform(raw);
    if (outcome.kind === 'threw') throw outcome.error;
    if (outcome.kind !== 'returned') throw new JobCancelledError(name, id);
  }

  /** Returns the time one second before the first firing that has not been added. */
  #nextFirings(): number {
    const after = Math.max(this.#addedUntil, unixSeconds(this.#pool.clock));
    const times = this.#pool.schedules.map(
      ({ schedule }) => schedule.next(new Date(after * 1000))?.getTime() ?? Infinity,
    );
    return Math.min(...times) - 1_000;
  }

  async #carry(jobId: string): Promise<void> {
    const { connection, keys, settings } = this.#pool;
    const carriers = capture(settings.propagators);
    if (carriers === undefined) return;
    await connection.redis.set(keys.carrier(jobId), carriers, 'PX', CARRIER_TTL);
  }
}

function headOf(entry: Buffer): Pick<NextJob, 'id' | 'enqueuedAt'> {
  try {
    const { id, enqueuedAt } = parseEntry(toRaw(entry));
    return { id, enqueuedAt };
  } catch {
    return { id: '', enqueuedAt: 0 }; // The fetch moves it to the dead jobs.
  }
}
