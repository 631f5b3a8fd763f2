import type { Clock } from '../base/clock.js';
import { Courier } from './courier.js';
import { sizeOf } from '../job/job-size.js';
import { KnownNames } from './known-names.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import type {
  Carrier,
  Claimed,
  Claiming,
  Pushing,
  Scheduling,
} from '../scripts/enqueuing-scripts.js';
import { Tray } from './tray.js';
import { setImmediate } from '../base/timers.js';

export interface OutboxOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
}

const NO_CARRIERS: readonly Carrier[] = [];

/**
 * Collects what is enqueued in one turn of the event loop and sends it in one round trip: one LPUSH for each name, if
 * that is not too much for one command. A name that is not known yet is added to the known ones by a script that pushes,
 * so that no reply can say that the job failed when it is in its queue; and so is what is carried to a job, which is there
 * before the job can start.
 */
export class Outbox {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #scripts: Scripts;
  readonly #courier: Courier;
  readonly #known = new KnownNames();
  readonly #schedulings: Tray<Scheduling, number>;
  readonly #claimings: Tray<Claiming, Claimed>;
  /** What this turn has collected of each name. */
  #deliveries = new Map<string, Tray<Pushing, undefined>>();

  constructor({ connection, keys, clock }: OutboxOptions) {
    this.#connection = connection;
    this.#keys = keys;
    this.#scripts = new Scripts(keys, clock);
    this.#courier = new Courier(connection);
    const { enqueuing } = this.#scripts;
    const namesOf = ({ jobName }: { readonly jobName: string }): string[] => [jobName];
    this.#schedulings = new Tray<Scheduling, number>(this.#courier, {
      send: (schedulings) => connection.call(enqueuing.schedule(schedulings)),
      namesOf,
    });
    this.#claimings = new Tray<Claiming, Claimed>(this.#courier, {
      send: (claimings) => connection.call(enqueuing.claim(claimings)),
      namesOf,
    });
  }

  /**
   * Puts entries of one name into their queue, and what is carried to them beside it.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  enqueue(
    jobName: string,
    entries: readonly string[],
    carriers: readonly Carrier[] = NO_CARRIERS,
  ): Promise<void> {
    const texts = carriers.length === 0 ? entries : [...entries, ...carriers.map(textOf)];
    const measure = { jobs: entries.length, bytes: sizeOf(jobName, texts) };
    return this.#deliveriesOf(jobName).add({ jobName, entries, carriers }, measure);
  }

  /**
   * Adds a job to the scheduled ones.
   *
   * @returns its run time in seconds since the epoch
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  schedule(scheduling: Scheduling): Promise<number> {
    const { jobName, entry, carrier = '' } = scheduling;
    const bytes = sizeOf(jobName, [entry, carrier]);
    return this.#schedulings.add(scheduling, { jobs: 1, bytes });
  }

  /**
   * Enqueues a unique job if its claim is free.
   *
   * @throws EnqueueRejectedError, EnqueueOutcomeUnknownError
   */
  claim(claiming: Claiming): Promise<Claimed> {
    const { jobName, entry, uniqueKey, carrier = '' } = claiming;
    const owner = uniqueKey; // Its key is about as long.
    const bytes = sizeOf(jobName, [entry, uniqueKey, owner, carrier]);
    return this.#claimings.add(claiming, { jobs: 1, bytes });
  }

  /** Resolves when everything that was handed over so far has succeeded or failed. */
  async flushed(): Promise<void> {
    await this.#courier.idle();
  }

  #deliveriesOf(jobName: string): Tray<Pushing, undefined> {
    const known = this.#deliveries.get(jobName);
    if (known) return known;
    if (this.#deliveries.size === 0) setImmediate(() => (this.#deliveries = new Map()));
    const deliveries = new Tray<Pushing, undefined>(this.#courier, {
      send: (pushings) => this.#push(jobName, pushings),
      namesOf: ({ entries }) => entries.map(() => jobName),
    });
    this.#deliveries.set(jobName, deliveries);
    return deliveries;
  }

  async #push(jobName: string, pushings: readonly Pushing[]): Promise<undefined[]> {
    const entries: string[] = [];
    const carriers: Carrier[] = [];
    for (const pushing of pushings) {
      entries.push(...pushing.entries);
      carriers.push(...pushing.carriers);
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
