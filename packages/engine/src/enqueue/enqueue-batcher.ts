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
 * Collects the jobs of one turn of the event loop and sends them in one round trip: one LPUSH for each name, as long as
 * that is not too much for one command.
 *
 * A script pushes instead where the name is not known yet, or where the jobs have carriers: it adds the name to the known
 * ones, and writes the carriers before a job can start. It is one script, so no reply can say that a job failed which is
 * in its queue.
 */
export class EnqueueBatcher {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #scripts: Scripts;
  readonly #sender: BatchSender;
  readonly #known = new KnownNames();
  readonly #scheduled: Batcher<ScheduleParams, number>;
  readonly #unique: Batcher<EnqueueUniqueParams, UniqueOutcome>;
  /** The jobs that this turn has collected, by name. */
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
   * Adds a job to the scheduled ones.
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
    const owner = uniqueKey; // Its key is about as long.
    const bytes = sizeOf(jobName, [entry, uniqueKey, owner, carrier]);
    return this.#unique.add(job, { jobs: 1, bytes });
  }

  /** Resolves when all jobs that were handed over so far have succeeded or failed. */
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
