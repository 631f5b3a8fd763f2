import { hostname } from 'node:os';
import type { RedisOptions } from 'ioredis';
import type { Clock } from '../base/clock.js';
import { Loop } from '../base/loop.js';
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
  readonly poolId: string;
  readonly workerIds: readonly string[];
  readonly jobNames: readonly string[];
  readonly concurrency: number;
  readonly schedules: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Something that was survived, and that the user can mend. */
  readonly onWarning: (message: string) => void;
  /** Milliseconds between beats; default 5000. A pool is dead for others when 10 s have passed without one. */
  readonly interval?: number;
  /** Milliseconds for which the main thread may be busy before it is taken for hung, and the beats end; default 300000. */
  readonly stuckAfter?: number;
}

const DEFAULT_INTERVAL = 5_000;
const DEFAULT_STUCK_AFTER = 5 * 60_000;
// How often the main thread looks whether the other one beats, and by how much that may be late.
const LOOK = 500;
const GRACE = 1_000;
// A thread that has lived for so long is not one of those that die at once, again and again.
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
export class Heartbeater {
  readonly #options: HeartbeaterOptions;
  readonly #interval: number;
  readonly #loop: Loop;
  readonly #onUp = (): void => this.#thread?.follow(this.#options.connection.node);
  #thread: BeatThread | undefined;
  #stopped = false;
  /** When Redis was last known to have taken a beat, the thread to have tried, and the thread started. */
  #beatAt = -Infinity;
  #roundAt = 0;
  #startedAt = 0;
  #seen = { rounds: 0, beats: 0 };
  /** How many threads in a row have died soon, and when the next one may be started. */
  #deaths = 0;
  #nextThreadAt = 0;

  constructor(options: HeartbeaterOptions) {
    this.#options = options;
    this.#interval = options.interval ?? DEFAULT_INTERVAL;
    this.#loop = new Loop({
      round: () => this.#round(),
      afterError: Math.min(this.#interval, 1_000),
      onError: options.onError,
    });
  }

  start(): void {
    this.#options.connection.on('up', this.#onUp);
    this.#loop.start();
  }

  /** Stops beating. The heartbeat stays and ages, unless it is removed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.connection.off('up', this.#onUp);
    await Promise.all([this.#thread?.stop(), this.#loop.stop()]);
  }

  /** One beat, from this thread; the first one registers the pool. */
  async beat(): Promise<void> {
    const { connection } = this.#options;
    await connection.ready();
    await connection.call(this.#beatCall());
    this.#beatAt = performance.now();
  }

  /** Takes the pool off the books. Only for a pool that has nothing in progress: no reaper will look for it again. */
  async remove(): Promise<void> {
    const { connection, scripts, poolId } = this.#options;
    await connection.ready();
    await connection.call(scripts.pools.leave(poolId));
  }

  /** Beats if the thread does not. Returns the milliseconds until the next look. */
  async #round(): Promise<number> {
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

  /** Milliseconds after which a thread that does nothing is stuck: a round of its takes less, whatever Redis does. */
  get #patience(): number {
    const { commandTimeout = 0 } = this.#options.connection.redis.options;
    return this.#interval + 3 * commandTimeout;
  }

  #startThread(now: number): void {
    const { onError, onWarning, stuckAfter = DEFAULT_STUCK_AFTER } = this.#options;
    const redis = this.#threadOptions();
    this.#nextThreadAt = Infinity;
    if (!redis) return;
    const file = threadFile();
    if (!file) {
      onWarning(NO_FILE);
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
        stuckAfter,
        onError,
        onEnded: (reason) => this.#onThreadEnded(reason),
      });
    } catch (error) {
      this.#onThreadEnded(errorLine(error));
    }
  }

  /** None where a test's clock rules, nor where no other thread can be given them. */
  #threadOptions(): RedisOptions | undefined {
    const { connection, clock } = this.#options;
    if (clock.scriptTime() !== undefined) return undefined;
    const { node } = connection;
    // Of a Cluster the node is known by now: the thread need not look for it.
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
    this.#loop.poke();
    if (this.#deaths > 1) return;
    this.#options.onError(
      new Error(
        `the thread has ended (${reason}). The main thread beats until a new one has started; a handler that blocks it for ten seconds has the pool taken for dead`,
      ),
    );
  }

  #beatCall(): ScriptCall<boolean> {
    const { scripts, poolId, workerIds, jobNames, concurrency, schedules } = this.#options;
    return scripts.pools.beat(poolId, {
      job_names: [...jobNames].sort().join(','),
      concurrency,
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
