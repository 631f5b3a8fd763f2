import { BatchSender } from './batch-sender.js';
import { Batcher } from './batcher.js';
import { KnownNames } from './known-names.js';
import type { Clock } from '../base/clock.js';
import { setImmediate } from '../base/timers.js';
import { sizeOf } from '../job/job-size.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type {
  Carrier,
  EnqueueUniqueParams,
  PushParams,
  ScheduleParams,
  UniqueOutcome,
} from '../scripts/enqueuing-scripts.js';
import { Scripts } from '../scripts/scripts.js';

export interface EnqueueBatcherOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
}

const NO_CARRIERS: readonly Carrier[] = [];

/**
 * Collects the jobs of one turn of the event loop and sends them in one round trip, with one LPUSH for each name unless its
 * jobs are too many for one command.
 *
 * If the name is not known yet, or the jobs have carriers, a script pushes them instead. It adds the name to the known
 * names, and writes the carriers before a job can start. A single script ensures that no reply reports a failure for a job
 * that is in its queue.
 */
export class EnqueueBatcher {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #scripts: Scripts;
  readonly #sender: BatchSender;
  readonly #known = new KnownNames();
  readonly #scheduled: Batcher<ScheduleParams, number>;
  readonly #unique: Batcher<EnqueueUniqueParams, UniqueOutcome>;
  /** The collected jobs of this turn, by name. */
  #pushed = new Map<string, Batcher<PushParams, undefined>>();

  constructor({ connection, keys, clock }: EnqueueBatcherOptions) {
    this.#connection = connection;
    this.#keys = keys;
    this.#scripts = new Scripts(keys, clock);
    this.#sender = new BatchSender(connection);
    const { enqueuing } = this.#scripts;
    const namesOf = ({ jobName }: { readonly jobName: string }): string[] => [jobName];
    this.#scheduled = new Batcher<ScheduleParams, number>(this.#sender, {
      send: (jobs) => connection.call(enqueuing.schedule(jobs)),
      namesOf,
    });
    this.#unique = new Batcher<EnqueueUniqueParams, UniqueOutcome>(this.#sender, {
      send: (jobs) => connection.call(enqueuing.enqueueUnique(jobs)),
      namesOf,
    });
  }

  /**
   * Puts entries of one name into their queue, and writes their carriers.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  push(
    jobName: string,
    entries: readonly string[],
    carriers: readonly Carrier[] = NO_CARRIERS,
  ): Promise<undefined> {
    const texts = carriers.length === 0 ? entries : [...entries, ...carriers.map(textOf)];
    const size = { jobs: entries.length, bytes: sizeOf(jobName, texts) };
    return this.#pushedOf(jobName).add({ jobName, entries, carriers }, size);
  }

  /**
   * Adds a job to the scheduled jobs.
   *
   * @returns its run time in seconds since the epoch
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  schedule(job: ScheduleParams): Promise<number> {
    const { jobName, entry, carrier = '' } = job;
    const bytes = sizeOf(jobName, [entry, carrier]);
    return this.#scheduled.add(job, { jobs: 1, bytes });
  }

  /**
   * Enqueues a unique job if its claim is free.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  enqueueUnique(job: EnqueueUniqueParams): Promise<UniqueOutcome> {
    const { jobName, entry, uniqueKey, carrier = '' } = job;
    const owner = uniqueKey; // The owner's key is about as long.
    const bytes = sizeOf(jobName, [entry, uniqueKey, owner, carrier]);
    return this.#unique.add(job, { jobs: 1, bytes });
  }

  /** Resolves when all jobs that were added so far have succeeded or failed. */
  async flushed(): Promise<void> {
    await this.#sender.idle();
  }

  #pushedOf(jobName: string): Batcher<PushParams, undefined> {
    const known = this.#pushed.get(jobName);
    if (known) return known;
    if (this.#pushed.size === 0) setImmediate(() => (this.#pushed = new Map()));
    const batcher = new Batcher<PushParams, undefined>(this.#sender, {
      send: (pushes) => this.#push(jobName, pushes),
      namesOf: ({ entries }) => entries.map(() => jobName),
    });
    this.#pushed.set(jobName, batcher);
    return batcher;
  }

  async #push(jobName: string, pushes: readonly PushParams[]): Promise<undefined[]> {
    const entries: string[] = [];
    const carriers: Carrier[] = [];
    for (const push of pushes) {
      entries.push(...push.entries);
      carriers.push(...push.carriers);
    }
    try {
      if (carriers.length === 0 && this.#known.has(jobName)) {
        await this.#connection.redis.lpush(this.#keys.queue(jobName), ...entries);
      } else {
        await this.#connection.callInFull(
          this.#scripts.enqueuing.push({ jobName, entries, carriers }),
        );
        this.#known.add(jobName);
      }
    } catch (error) {
      this.#known.delete(jobName);
      throw error;
    }
    return [];
  }
}

function textOf({ text }: Carrier): string {
  return text;
}
