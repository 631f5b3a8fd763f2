import { hostname } from 'node:os';
import type { RedisOptions } from 'ioredis';
import type { Clock } from '../base/clock.js';
import type { Paced } from '../base/loop.js';
import type { Report } from '../logging/report.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Keys } from '../redis/keys.js';
import type { ScriptCall } from '../redis/script.js';
import type { Scripts } from '../scripts/scripts.js';
import { errorLine } from '../errors/error-text.js';
import { BeatThread, threadOptions } from './beat-thread.js';
import { threadFile } from './thread-file.js';
import { performance } from '../base/timers.js';

export interface HeartbeaterOptions {
  /** The pool's. */
  readonly id: string;
  readonly workerIds: readonly string[];
  readonly jobNames: readonly string[];
  readonly schedules: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly report: Pick<Report, 'warn'>;
  readonly settings: {
    readonly concurrency: number;
    /**
     * `heartbeat`: milliseconds between beats; others take a pool for dead after 10 s without one. `stuckAfter`: milliseconds
     * for which the main thread may be busy before it is taken for hung, and the beats end.
     */
    readonly timing: { readonly heartbeat: number; readonly stuckAfter: number };
  };
  /** Beats from the thread fail, or the thread has ended. */
  readonly onError: (error: unknown) => void;
  /** The thread has ended: a tick is due now. */
  readonly onThreadEnded: () => void;
}

// In milliseconds: how often the main thread looks whether the other one beats, and how late its beats may be.
const LOOK = 500;
const GRACE = 1_000;
// In milliseconds. A thread that has lived for this long is not one that dies at once again and again.
const LONG_LIFE = 60_000;
const MAX_RESTART_DELAY = 60_000;
const NO_FILE =
  'The code of the heartbeat\'s thread is missing, so the main thread beats; a handler that blocks it for ten seconds has the pool taken for dead, and its jobs run twice. In a bundle, make "@nestcraft/work/heartbeat" an entry point whose output stands beside the bundle as nestcraft-heartbeat.js (or .mjs, .cjs)';

/**
 * Tells the other pools, Go's among them, that this one is alive, in Redis's time. It beats from a thread of its own:
 * a handler that keeps the event loop busy for longer than the ten seconds that others allow must not have its jobs
 * taken away, and run twice.
 *
 * The main thread looks whether that thread beats, and beats itself when it does not, for whatever reason: it cannot be
 * started, has died, is stuck, or does not reach Redis. One that has died, or is stuck, is replaced.
 */
export class Heartbeater implements Paced {
  readonly #options: HeartbeaterOptions;
  readonly #interval: number;
  #thread: BeatThread | undefined;
  #stopped = false;
  /** When Redis last took a beat, as far as is known; when the thread last tried; and when the thread started. */
  #beatAt = -Infinity;
  #roundAt = 0;
  #startedAt = 0;
  #seen = { rounds: 0, beats: 0 };
  /** How many threads in a row have died soon, and when the next one may be started. */
  #deaths = 0;
  #nextThreadAt = 0;

  constructor(options: HeartbeaterOptions) {
    this.#options = options;
    this.#interval = options.settings.timing.heartbeat;
  }

  /** The pool's connection was made anew, maybe to another server: the thread's goes there, too. */
  follow(): void {
    if (!this.#stopped) this.#thread?.follow(this.#options.connection.node);
  }

  /** Ends the thread. The heartbeat stays and ages, unless it is removed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread?.stop();
  }

  /** One beat, from this thread; the first one registers the pool. */
  async beat(): Promise<void> {
    const { connection } = this.#options;
    await connection.ready();
    await connection.call(this.#beatCall());
    this.#beatAt = performance.now();
  }

  /** Unregisters the pool. Only for a pool that has nothing in progress: no reaper will look for it again. */
  async remove(): Promise<void> {
    const { connection, scripts, id } = this.#options;
    await connection.ready();
    await connection.call(scripts.pools.leave(id));
  }

  /** Starts or replaces the thread if need be, and beats if the thread does not. */
  async tick(): Promise<number> {
    this.#tendThread();
    const grace = this.#thread ? Math.min(GRACE, this.#interval / 5) : 0;
    const dueIn = (): number => this.#beatAt + this.#interval + grace - performance.now();
    if (dueIn() <= 1) await this.beat();
    return Math.max(1, Math.min(dueIn(), LOOK, this.#interval / 10));
  }

  #tendThread(): void {
    const now = performance.now();
    const thread = this.#thread;
    if (!thread) {
      if (now >= this.#nextThreadAt) this.#startThread(now);
      return;
    }
    const { rounds, beats } = thread;
    if (beats !== this.#seen.beats) this.#beatAt = now;
    if (rounds !== this.#seen.rounds) this.#roundAt = now;
    else if (now - this.#roundAt > this.#patience) thread.kill('it was stuck');
    this.#seen = { rounds, beats };
  }

  /** Milliseconds after which a thread that does nothing is stuck: its rounds are shorter, whatever Redis does. */
  get #patience(): number {
    const { commandTimeout = 0 } = this.#options.connection.redis.options;
    return this.#interval + 3 * commandTimeout;
  }

  #startThread(now: number): void {
    const { onError, report, settings } = this.#options;
    const redis = this.#threadOptions();
    this.#nextThreadAt = Infinity;
    if (!redis) return;
    const file = threadFile();
    if (!file) {
      report.warn(NO_FILE);
      return;
    }
    this.#seen = { rounds: 0, beats: 0 };
    this.#startedAt = this.#roundAt = now;
    try {
      this.#thread = new BeatThread({
        file,
        redis: { ...redis, connectionName: 'nestcraft:heartbeat', lazyConnect: false },
        beat: this.#beatCall(),
        interval: this.#interval,
        stuckAfter: settings.timing.stuckAfter,
        onError,
        onEnded: (reason) => this.#onThreadEnded(reason),
      });
    } catch (error) {
      this.#onThreadEnded(errorLine(error));
    }
  }

  /** The thread's own; none for a test's clock, or where the options cannot be handed to another thread. */
  #threadOptions(): RedisOptions | undefined {
    const { connection, clock } = this.#options;
    if (clock.scriptTime() !== undefined) return undefined;
    const { node } = connection;
    // The node of a Cluster is known by now: the thread does not have to look for it.
    return threadOptions({
      ...connection.redis.options,
      ...(node && { ...node, Connector: undefined }),
    });
  }

  #onThreadEnded(reason: string): void {
    this.#thread = undefined;
    if (this.#stopped) return;
    const now = performance.now();
    this.#deaths = now - this.#startedAt > LONG_LIFE ? 1 : this.#deaths + 1;
    this.#nextThreadAt = now + Math.min(500 * 2 ** this.#deaths, MAX_RESTART_DELAY);
    this.#options.onThreadEnded();
    if (this.#deaths > 1) return;
    this.#options.onError(
      new Error(
        `the thread has ended (${reason}). The main thread beats until a new one has started; a handler that blocks it for ten seconds has the pool taken for dead`,
      ),
    );
  }

  #beatCall(): ScriptCall<boolean> {
    const { scripts, id, workerIds, jobNames, settings, schedules } = this.#options;
    return scripts.pools.beat(id, {
      job_names: [...jobNames].sort().join(','),
      concurrency: settings.concurrency,
      worker_ids: [...workerIds].sort().join(','),
      host: hostname(),
      pid: process.pid,
      // Not gocraft/work's: readers of its format pass over fields that they do not know.
      engine: 'nestcraft',
      schedules: JSON.stringify(
        schedules.map(({ id, jobName, schedule, overlap, missed, argsText }) => ({
          ...{ id, jobName, spec: schedule.spec, overlap, missed },
          argsText: argsText === 'null' ? undefined : argsText,
        })),
      ),
    });
  }
}
