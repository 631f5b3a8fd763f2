import type { Clock } from '../base/clock.js';
import { JobCancelledError, NoHandlerError } from '../errors/errors.js';
import { newId } from '../base/id.js';
import { encodeArgs, type JobArgs } from '../job/job-args.js';
import { isJobContract, jobNameOf, type JobNameOrContract } from '../job/job-contract.js';
import { newEntry, parseEntry } from '../job/job-entry.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import { HORIZON } from '../schedule/firing-plan.js';
import type { PoolActors } from './pool-actors.js';
import { capture, type Propagator } from '../middleware/propagator.js';
import type { Keys } from '../redis/keys.js';
import { toRaw } from '../redis/raw.js';
import type { Workers } from '../run/workers.js';

export interface ManualPoolOptions {
  readonly actors: Pick<
    PoolActors<unknown>,
    'connection' | 'dispatcher' | 'periodicEnqueuer' | 'requeueDue'
  > & { readonly workers: Pick<Workers<unknown>, 'ended' | 'perform'> };
  readonly jobNames: readonly string[];
  readonly periodicJobs: readonly PeriodicJob[];
  readonly propagators: readonly Propagator[];
  readonly keys: Keys;
  readonly clock: Clock;
}

/** The job that is taken next from a queue. */
export interface NextJob {
  readonly jobName: string;
  /** Empty for an entry that is no job. */
  readonly id: string;
  /** In seconds since the epoch. */
  readonly enqueuedAt: number;
}

// The longest time that a timer can have; a handler that never ends is the test runner's to end.
const FOR_EVER = 2 ** 31 - 1;
const CARRIER_LASTS = 60_000;

/** The key of the method of a worker pool that starts it by hand; the same in every copy of the engine. */
export const BY_HAND = Symbol.for('nestcraft:start_by_hand');

/**
 * A pool in which nothing happens on its own: a test asks for each step and awaits it, and time is what the test's clock
 * says. `startByHand` makes it.
 */
export class ManualPool {
  readonly #options: ManualPoolOptions;
  /** Until when the firings of schedules were added, in seconds since the epoch. */
  #addedUntil = -Infinity;

  constructor(options: ManualPoolOptions) {
    this.#options = options;
    options.actors.dispatcher.stopFetching();
  }

  /** The job names that it has handlers for. */
  get jobNames(): readonly string[] {
    return this.#options.jobNames;
  }

  /** The next job of each queue that has one and is not paused. */
  async next(): Promise<NextJob[]> {
    const { actors, jobNames, keys } = this.#options;
    const { redis } = actors.connection;
    const heads = await Promise.all(
      jobNames.map(async (jobName) => {
        if ((await redis.exists(keys.paused(jobName))) === 1) return [];
        const entry = await redis.lindexBuffer(keys.queue(jobName), -1);
        return entry ? [{ jobName, ...headOf(entry) }] : [];
      }),
    );
    return heads.flat();
  }

  /** Runs the next job of a name. Returns false if there is none, or its limit is reached. */
  async run(jobName: string): Promise<boolean> {
    const { dispatcher, workers } = this.#options.actors;
    const found = await dispatcher.fetchOne(jobName);
    await workers.ended(FOR_EVER);
    await dispatcher.dispatch(); // which settles it, and fetches no other
    return found;
  }

  /** Does what is due now: adds the firings of schedules, and moves jobs whose time has come to their queues. */
  async moveDue(): Promise<void> {
    const { actors, clock } = this.#options;
    await actors.periodicEnqueuer.enqueue();
    this.#addedUntil = Math.floor(clock.now() / 1000) + HORIZON;
    await actors.requeueDue();
  }

  /** When there will be something to do, in milliseconds since the epoch; `undefined` for never. */
  async nextAt(): Promise<number | undefined> {
    const { actors, keys } = this.#options;
    const { redis } = actors.connection;
    const firsts = await Promise.all([
      redis.zrange(keys.scheduled, '0', '0', 'WITHSCORES'),
      redis.zrange(keys.retry, '0', '0', 'WITHSCORES'),
    ]);
    const times = firsts.flatMap(([, score]) => (score === undefined ? [] : Number(score) * 1000));
    const earliest = Math.min(...times, this.#nextFirings());
    return Number.isFinite(earliest) ? earliest : undefined;
  }

  /**
   * Runs a job that is in no queue, with its middleware, and with what the propagators carry.
   *
   * @throws what its handler throws; NoHandlerError, InvalidJobArgsError, PropagatorCaptureError
   */
  async perform(job: JobNameOrContract, args?: JobArgs | null): Promise<void> {
    const { actors, clock, jobNames } = this.#options;
    const name = jobNameOf(job);
    if (!jobNames.includes(name)) throw new NoHandlerError(name, jobNames);
    if (isJobContract(job)) await job.check(args ?? {});
    const id = newId();
    const enqueuedAt = Math.floor(clock.now() / 1000);
    await this.#carry(id);
    const raw = newEntry({ name, id, enqueuedAt, argsText: encodeArgs(name, args) });
    const outcome = await actors.workers.perform(raw);
    if (outcome.kind === 'threw') throw outcome.error;
    if (outcome.kind !== 'returned') throw new JobCancelledError(name, id);
  }

  /** The first firing that was not added yet: a second before, when it is still to come. */
  #nextFirings(): number {
    const after = Math.max(this.#addedUntil, Math.floor(this.#options.clock.now() / 1000));
    const times = this.#options.periodicJobs.map(
      ({ schedule }) => schedule.next(new Date(after * 1000))?.getTime() ?? Infinity,
    );
    return Math.min(...times) - 1_000;
  }

  async #carry(jobId: string): Promise<void> {
    const { actors, keys, propagators } = this.#options;
    const carriers = capture(propagators);
    if (carriers === undefined) return;
    await actors.connection.redis.set(keys.carrier(jobId), carriers, 'PX', CARRIER_LASTS);
  }
}

function headOf(entry: Buffer): Pick<NextJob, 'id' | 'enqueuedAt'> {
  try {
    const { id, enqueuedAt } = parseEntry(toRaw(entry));
    return { id, enqueuedAt };
  } catch {
    return { id: '', enqueuedAt: 0 }; // It ends among the dead jobs as soon as it is fetched.
  }
}
