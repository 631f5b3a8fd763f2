import type { Clock } from './clock.js';
import { EnqueueRejectedError, EnqueueUnknownError, WorkError } from './errors.js';
import type { Keys } from './redis/keys.js';
import type { RedisConnection } from './redis/redis-connection.js';
import { redisFault } from './redis/redis-fault.js';
import {
  CARRIER_LASTS,
  Scripts,
  type Carrier,
  type Claimed,
  type Claiming,
  type Scheduling,
} from './redis/scripts.js';
import { Tray } from './tray.js';

export interface OutboxOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
}

/** Entries for one queue that succeed or fail together. */
interface Parcel {
  readonly entries: readonly string[];
  readonly carriers: readonly Carrier[] | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One command for many parcels. */
interface Delivery {
  readonly jobName: string;
  readonly parcels: readonly Parcel[];
}

type Result = [error: Error | null, result: unknown];
const NO_CARRIERS: readonly Carrier[] = [];
const NO_REPLY: Result = [new Error('No reply'), undefined];

// As gocraft/work's enqueuer: how long a name is taken to be in the set of known names still.
const KNOWN_FOR = 300_000;
const MAX_ENTRIES = 1_000;

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
  #queues = new Map<string, Parcel[]>();
  #flushing = false;

  constructor({ connection, keys, clock }: OutboxOptions) {
    this.#connection = connection;
    this.#keys = keys;
    const scripts = new Scripts(keys, clock);
    const error = ({ jobName }: { jobName: string }, cause: unknown): Error =>
      enqueueError([jobName], cause);
    this.#scheduled = new Tray<Scheduling, number>(
      (schedulings) => scripts.schedule(schedulings),
      error,
    );
    this.#claims = new Tray<Claiming, Claimed>((claimings) => scripts.claim(claimings), error);
  }

  /**
   * Puts entries of one name into their queue, and what is carried to them beside it.
   *
   * @throws EnqueueRejectedError, EnqueueUnknownError
   */
  enqueue(
    jobName: string,
    entries: readonly string[],
    carriers?: readonly Carrier[],
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const parcel = { entries, carriers, resolve, reject };
      const parcels = this.#queues.get(jobName);
      if (parcels) parcels.push(parcel);
      else this.#queues.set(jobName, [parcel]);
      this.#flushSoon();
    });
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
    const deliveries = [...this.#queues].flatMap(([jobName, parcels]) =>
      batches(parcels).map((batch) => ({ jobName, parcels: batch })),
    );
    const trays = [this.#scheduled.take(), this.#claims.take()];
    this.#queues = new Map();
    try {
      await this.#connection.ready();
    } catch (error) {
      for (const delivery of deliveries) this.#failed(delivery, error);
      for (const tray of trays) tray.fail(error);
      return;
    }
    await Promise.all([
      this.#deliver(deliveries),
      ...trays.map((tray) => tray.send(this.#connection)),
    ]);
  }

  async #deliver(deliveries: readonly Delivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const { redis } = this.#connection;
    const pipeline = redis.pipeline();
    const piped: Delivery[] = [];
    const transactions: Promise<void>[] = [];
    for (const delivery of deliveries) {
      const { jobName } = delivery;
      const command = [this.#keys.queue(jobName), ...entriesOf(delivery)] as const;
      const carriers = carriersOf(delivery);
      if (carriers.length === 0 && this.#isKnown(jobName)) {
        pipeline.lpush(...command);
        piped.push(delivery);
        continue;
      }
      const transaction = redis.multi().sadd(this.#keys.knownJobs, jobName);
      for (const { jobId, text } of carriers) {
        transaction.set(this.#keys.carrier(jobId), text, 'PX', CARRIER_LASTS);
      }
      transaction.lpush(...command);
      transactions.push(
        transaction.exec().then(
          (results) => this.#arrived(delivery, results),
          (error: unknown) => this.#failed(delivery, causeOf(error)),
        ),
      );
      this.#knownUntil.set(jobName, performance.now() + KNOWN_FOR);
    }
    const results = piped.length > 0 ? await pipeline.exec() : [];
    for (const [index, delivery] of piped.entries()) {
      this.#arrived(delivery, results && [results[index] ?? NO_REPLY]);
    }
    await Promise.all(transactions);
  }

  #isKnown(jobName: string): boolean {
    return (this.#knownUntil.get(jobName) ?? 0) > performance.now();
  }

  #arrived(delivery: Delivery, results: readonly Result[] | null): void {
    const failure = (results ?? [NO_REPLY]).find(([error]) => error !== null)?.[0];
    if (failure) this.#failed(delivery, failure);
    else for (const { resolve } of delivery.parcels) resolve();
  }

  #failed({ jobName, parcels }: Delivery, cause: unknown): void {
    this.#knownUntil.delete(jobName);
    for (const { entries, reject } of parcels) {
      reject(enqueueError(Array<string>(entries.length).fill(jobName), cause));
    }
  }
}

/** Parcels that go with one command. */
function batches(parcels: readonly Parcel[]): Parcel[][] {
  const result: Parcel[][] = [];
  let size = Infinity;
  for (const parcel of parcels) {
    if (size + parcel.entries.length > MAX_ENTRIES) {
      result.push([]);
      size = 0;
    }
    result.at(-1)?.push(parcel);
    size += parcel.entries.length;
  }
  return result;
}

function entriesOf({ parcels }: Delivery): string[] {
  return parcels.flatMap(({ entries }) => entries);
}

function carriersOf({ parcels }: Delivery): Carrier[] {
  return parcels.flatMap(({ carriers }) => carriers ?? NO_CARRIERS);
}

/** A transaction that Redis discards says only that; why stands in the errors before. */
function causeOf(error: unknown): unknown {
  return (error as { previousErrors?: unknown[] }).previousErrors?.[0] ?? error;
}

function enqueueError(jobNames: readonly string[], cause: unknown): WorkError {
  const refused = cause instanceof WorkError || redisFault(cause).effect === 'refused';
  return refused
    ? new EnqueueRejectedError(jobNames, cause)
    : new EnqueueUnknownError(jobNames, cause);
}
