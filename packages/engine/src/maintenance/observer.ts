import { argsTextOf } from '../job/job-entry.js';
import { batchesBySize } from '../redis/batches.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Report } from '../logging/report.js';
import type { Keys } from '../redis/keys.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Observation } from '../scripts/pool-scripts.js';
import type { Checkin, Running } from '../run/worker.js';
import {
  clearInterval,
  clearTimeout,
  performance,
  setInterval,
  setTimeout,
} from '../base/timers.js';

export interface ObserverOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly workers: readonly { readonly id: string; readonly running: Running | undefined }[];
  readonly report: Pick<Report, 'error'>;
  /** `observe`: the minimum interval between two writes, in milliseconds. */
  readonly settings: { readonly timing: { readonly observe: number } };
}

const AT_ONCE = { count: 100 };
const TTL = 24 * 3600; // seconds, as gocraft/work
// Long before the observation of a job that runs without checking in expires.
const REFRESH = 3600 * 1000; // milliseconds

/**
 * Writes the state of each worker to the keys that dashboards read, including gocraft/work's. It writes immediately after
 * the first event, then at most once a second, so that a thousand short jobs a second cost no more than one.
 */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #interval: number;
  /** The last written state of each busy worker. */
  readonly #written = new Map<string, Seen>();
  #timer: NodeJS.Timeout | undefined;
  #refresh: NodeJS.Timeout | undefined;
  #lastRound = -Infinity;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#interval = options.settings.timing.observe;
  }

  start(): void {
    this.#refresh ??= setInterval(() => {
      this.#written.clear();
      this.touch();
    }, REFRESH).unref();
  }

  /** Notes that a worker has started a job, ended one, or checked in. */
  touch(): void {
    if (this.#timer || this.#stopped) return;
    const wait = Math.max(0, this.#lastRound + this.#interval - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.observe();
    }, wait);
  }

  /** Writes the changes since the last write. */
  observe(): Promise<void> {
    this.#lastRound = performance.now();
    this.#round = this.#round
      .then(() => this.#write())
      .catch((error: unknown) => this.#options.report.error('observer.observe', error));
    return this.#round;
  }

  /** Stops the observer, and removes all observations because no worker is active. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#refresh);
    await this.#round;
    const { connection, keys, workers } = this.#options;
    if (connection.isUp) await connection.redis.del(workers.map(({ id }) => keys.observation(id)));
  }

  async #write(): Promise<void> {
    const { connection, scripts, workers } = this.#options;
    if (!connection.isUp) return;
    const seen = new Map<string, Seen>();
    const changed: Observation[] = [];
    for (const { id, running } of workers) {
      const before = this.#written.get(id);
      if (running) seen.set(id, { running, checkin: running.lastCheckin });
      if (before?.running === running && before?.checkin === running?.lastCheckin) continue;
      changed.push({ workerId: id, fields: running ? observation(running) : {} });
    }
    for (const some of batchesBySize(changed, sizeOf, AT_ONCE)) {
      await connection.call(scripts.pools.observe(some, TTL));
    }
    this.#written.clear();
    for (const [id, what] of seen) this.#written.set(id, what);
  }
}

interface Seen {
  readonly running: Running;
  readonly checkin: Checkin | undefined;
}

/** Returns the size in bytes, nearly all of them arguments. */
function sizeOf({ fields }: Observation): number {
  return Buffer.byteLength(String(fields.args ?? ''));
}

/** Makes the fields that gocraft/work's client reads. Times are in whole seconds. */
function observation({
  entry,
  raw,
  startedAt,
  lastCheckin,
}: Running): Record<string, string | number> {
  const args = argsTextOf(raw);
  return {
    job_name: entry.name,
    job_id: entry.id,
    started_at: Math.floor(startedAt / 1000),
    args: args === 'null' ? '' : args,
    ...(lastCheckin && {
      checkin: lastCheckin.text,
      checkin_at: Math.floor(lastCheckin.at / 1000),
    }),
  };
}
