import type { Clock } from './clock.js';
import { Delivery } from './delivery.js';
import { enqueueError } from './enqueue-error.js';
import type { Keys } from './redis/keys.js';
import type { RedisConnection } from './redis/redis-connection.js';
import { Scripts } from './redis/scripts.js';
import {
  CARRIER_LASTS,
  type Carrier,
  type Claimed,
  type Claiming,
  type Scheduling,
} from './redis/scripts/enqueuing-scripts.js';
import { Tray } from './tray.js';

export interface OutboxOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
}

type Result = [error: Error | null, result: unknown];
const NO_CARRIERS: readonly Carrier[] = [];
const NO_REPLY: Result = [new Error('No reply'), undefined];

// As gocraft/work's enqueuer: how long a name is taken to be in the set of known names still.
const KNOWN_FOR = 300_000;

/**
 * Collects what is enqueued in one turn of the event loop and sends it in one round trip: one LPUSH for each name. A
 * name that is not known yet is added to the known ones in the same transaction, so that no reply can say that the
 * job failed when it is in its queue; and so is what is carried to a job, which is there before the job can start.
 */
export class Outbox {
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #scheduled: Tray<Scheduling, number>;
  readonly #claims: Tray<Claiming, Claimed>;
  /** When each known name must be added again, in milliseconds of `performance.now`. */
  readonly #knownUntil = new Map<string, number>();
  readonly #inFlight = new Set<Promise<void>>();
  #deliveries: Delivery[] = [];
  /** The last one for each name. */
  #last = new Map<string, Delivery>();
  #flushing = false;

  constructor({ connection, keys, clock }: OutboxOptions) {
    this.#connection = connection;
    this.#keys = keys;
    const scripts = new Scripts(keys, clock);
    const error = ({ jobName }: { jobName: string }, cause: unknown): Error =>
      enqueueError([jobName], cause);
    this.#scheduled = new Tray<Scheduling, number>(
      (schedulings) => scripts.enqueuing.schedule(schedulings),
      error,
    );
    this.#claims = new Tray<Claiming, Claimed>(
      (claimings) => scripts.enqueuing.claim(claimings),
      error,
    );
  }

  /**
   * Puts entries of one name into their queue, and what is carried to them beside it.
   *
   * @throws EnqueueRejectedError, EnqueueUnknownError
   */
  enqueue(
    jobName: string,
    entries: readonly string[],
    carriers: readonly Carrier[] = NO_CARRIERS,
  ): Promise<void> {
    this.#flushSoon();
    return this.#deliveryFor(jobName, entries).add(entries, carriers);
  }

  /**
   * Adds a job to the scheduled ones.
   *
   * @returns its run time in seconds since the epoch
   * @throws EnqueueRejectedError, EnqueueUnknownError
   */
  schedule(scheduling: Scheduling): Promise<number> {
    this.#flushSoon();
    return this.#scheduled.add(scheduling);
  }

  /**
   * Enqueues a unique job if its claim is free.
   *
   * @throws EnqueueRejectedError, EnqueueUnknownError
   */
  claim(claiming: Claiming): Promise<Claimed> {
    this.#flushSoon();
    return this.#claims.add(claiming);
  }

  /** Resolves when everything that was handed over so far has succeeded or failed. */
  async flushed(): Promise<void> {
    while (this.#flushing || this.#inFlight.size > 0) {
      await (this.#flushing ? new Promise(setImmediate) : Promise.all(this.#inFlight));
    }
  }

  #deliveryFor(jobName: string, entries: readonly string[]): Delivery {
    const last = this.#last.get(jobName);
    if (last?.hasRoomFor(entries)) return last;
    const delivery = new Delivery(jobName);
    this.#deliveries.push(delivery);
    this.#last.set(jobName, delivery);
    return delivery;
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      const flight = this.#flush().finally(() => this.#inFlight.delete(flight));
      this.#inFlight.add(flight);
    });
  }

  async #flush(): Promise<void> {
    const deliveries = this.#deliveries;
    this.#deliveries = [];
    this.#last = new Map(); // One that was cleared would hold up the collection of what was in it.
    const trays = [this.#scheduled, this.#claims].flatMap((tray) => tray.take() ?? []);
    try {
      await this.#connection.ready();
    } catch (error) {
      for (const delivery of deliveries) this.#failed(delivery, error);
      for (const tray of trays) tray.fail(error);
      return;
    }
    await Promise.all(
      this.#connection.inOneWrite(() => [
        ...deliveries.map((delivery) => this.#deliver(delivery)),
        ...trays.map((tray) => tray.send(this.#connection)),
      ]),
    );
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const isPlain = delivery.carriers.length === 0 && this.#isKnown(delivery.jobName);
    try {
      await (isPlain ? this.#push(delivery) : this.#introduce(delivery));
      delivery.succeed();
    } catch (error) {
      this.#failed(delivery, causeOf(error));
    }
  }

  #push({ jobName, entries }: Delivery): Promise<unknown> {
    return this.#connection.redis.lpush(this.#keys.queue(jobName), ...entries);
  }

  /** Makes the name known, and puts the entries into its queue with what is carried to them. */
  async #introduce({ jobName, entries, carriers }: Delivery): Promise<void> {
    const transaction = this.#connection.redis.multi().sadd(this.#keys.knownJobs, jobName);
    for (const { jobId, text } of carriers) {
      transaction.set(this.#keys.carrier(jobId), text, 'PX', CARRIER_LASTS);
    }
    transaction.lpush(this.#keys.queue(jobName), ...entries);
    this.#knownUntil.set(jobName, performance.now() + KNOWN_FOR);
    const results = (await transaction.exec()) ?? [NO_REPLY];
    const failure = results.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
  }

  #isKnown(jobName: string): boolean {
    return (this.#knownUntil.get(jobName) ?? 0) > performance.now();
  }

  #failed(delivery: Delivery, cause: unknown): void {
    this.#knownUntil.delete(delivery.jobName);
    delivery.fail(cause);
  }
}

/** A transaction that Redis discards says only that; why stands in the errors before. */
function causeOf(error: unknown): unknown {
  return (error as { previousErrors?: unknown[] }).previousErrors?.[0] ?? error;
}
