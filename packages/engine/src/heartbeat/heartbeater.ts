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
  /** The pool's id. */
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
     * `heartbeat`: milliseconds between beats. Other pools take a pool for dead after 10 s without one. `stuckAfter`:
     * milliseconds for which the main thread may be busy before it counts as hung and the beats stop.
     */
    readonly timing: { readonly heartbeat: number; readonly stuckAfter: number };
  };
  /** Returns for how many seconds Redis has not answered fetches that are due, or 0. Beats tell the other processes. */
  readonly unanswered: () => number;
  /** Called when beats from the thread fail, or the thread has ended. */
  readonly onError: (error: unknown) => void;
  /** Called when the thread has ended and a tick is due immediately. */
  readonly onThreadEnded: () => void;
}

// In milliseconds: how often the main thread checks the other thread's beats, and how late these may be.
const LOOK = 500;
const GRACE = 1_000;
// In milliseconds. The death of a thread that lived this long is not one of a series of immediate deaths.
const LONG_LIFE = 60_000;
const MAX_RESTART_DELAY = 60_000;
const NO_FILE =
  'The code of the heartbeat thread is missing, so the main thread beats. If a handler blocks it for ten seconds, other pools take this pool for dead and its jobs run twice. In a bundle, make "@nestcraft/work/heartbeat" an entry point whose output is beside the bundle as nestcraft-heartbeat.js (or .mjs, .cjs)';

/**
 * Reports to the other pools, including Go's, that this pool is alive, in Redis's time. It beats from a separate thread.
 * Otherwise, if a handler blocked the event loop for longer than the ten seconds that others allow, they would take the
 * pool's jobs, which would run twice.
 *
 * The main thread checks whether that thread beats, and beats itself if it does not, for any reason: the thread cannot be
 * started, has died, is stuck, or does not reach Redis. A dead or stuck thread is replaced.
 */
export class Heartbeater implements Paced {
  readonly #options: HeartbeaterOptions;
  readonly #interval: number;
  #thread: BeatThread | undefined;
  #stopped = false;
  /** The times of the last beat that Redis is known to have accepted, of the thread's last try, and of its start. */
  #beatAt = -Infinity;
  #roundAt = 0;
  #startedAt = 0;
  #seen = { rounds: 0, beats: 0 };
  /** The number of threads in a row that died early, and the time at which the next one may start. */
  #deaths = 0;
  #nextThreadAt = 0;

  constructor(options: HeartbeaterOptions) {
    this.#options = options;
    this.#interval = options.settings.timing.heartbeat;
  }

  /** Milliseconds since the last beat that Redis is known to have accepted; `undefined` before the first. */
  get beatAge(): number | undefined {
    return this.#beatAt === -Infinity ? undefined : performance.now() - this.#beatAt;
  }

  /** Makes the thread follow the pool's new connection, which may lead to another server. */
  follow(): void {
    if (!this.#stopped) this.#thread?.follow(this.#options.connection.node);
  }

  /** Ends the thread. The heartbeat stays in Redis and ages, unless it is removed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread?.stop();
  }

  /** Beats once from this thread. The first beat registers the pool. */
  async beat(): Promise<void> {
    const { connection } = this.#options;
    await connection.ready();
    await connection.call(this.#beatCall(this.#options.unanswered()));
    this.#beatAt = performance.now();
  }

  /** Notes in the heartbeat that the pool fetches no more jobs. */
  async noteStopping(): Promise<void> {
    const { connection, scripts, id } = this.#options;
    if (connection.isUp) await connection.call(scripts.pools.stopping(id));
  }

  /** Unregisters the pool. Only for a pool with nothing in progress, because no reaper checks it again. */
  async remove(): Promise<void> {
    const { connection, scripts, id } = this.#options;
    await connection.ready();
    await connection.call(scripts.pools.leave(id));
  }

  /** Starts or replaces the thread if necessary, and beats if the thread does not. */
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

  /** Milliseconds without a round after which the thread is stuck. Its rounds are shorter, whatever Redis does. */
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
        unanswered: this.#options.unanswered,
        onError,
        onEnded: (reason) => this.#onThreadEnded(reason),
      });
    } catch (error) {
      this.#onThreadEnded(errorLine(error));
    }
  }

  /** Returns the thread's Redis options; `undefined` with a test's clock, or if they cannot be transferred to a thread. */
  #threadOptions(): RedisOptions | undefined {
    const { connection, clock } = this.#options;
    if (clock.scriptTime() !== undefined) return undefined;
    const { node } = connection;
    const { options } = connection.redis;
    return threadOptions({
      ...options,
      // The server is known by now, so the thread need not search for it.
      ...(node && { ...node, Connector: undefined }),
      // With Sentinel it searches after a failover, even if the main thread is busy. It cannot receive a function.
      ...(typeof options.natMap === 'function' && { sentinels: undefined }),
      failoverDetector: false,
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
        `the thread has ended (${reason}). The main thread beats until a new one has started. If a handler blocks it for ten seconds, other pools take this pool for dead`,
      ),
    );
  }

  #beatCall(unanswered = 0): ScriptCall<boolean> {
    const { scripts, id, workerIds, jobNames, settings, schedules } = this.#options;
    return scripts.pools.beat(id, {
      job_names: [...jobNames].sort().join(','),
      concurrency: settings.concurrency,
      worker_ids: [...workerIds].sort().join(','),
      host: hostname(),
      pid: process.pid,
      // The following are not fields of gocraft/work, whose readers ignore unknown fields.
      ...(unanswered > 0 && { fetch_unanswered: unanswered }),
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
