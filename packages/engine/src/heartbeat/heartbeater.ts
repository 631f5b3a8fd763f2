import { hostname } from 'node:os';
import type { Clock } from '../clock.js';
import { Loop } from '../loop.js';
import type { PeriodicJob } from '../periodic-job.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Keys } from '../redis/keys.js';
import type { NodeAddress } from '../redis/slot-owner.js';
import type { ScriptCall } from '../redis/script.js';
import type { Scripts } from '../redis/scripts.js';
import { BeatThread, threadOptions } from './beat-thread.js';

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
  /** Milliseconds between beats; default 5000. A pool is dead for others when 10 s have passed without one. */
  readonly interval?: number;
  /** Milliseconds for which the main thread may be busy before it is taken for hung, and the beats end; default 300000. */
  readonly stuckAfter?: number;
}

const DEFAULT_INTERVAL = 5_000;
const DEFAULT_STUCK_AFTER = 5 * 60_000;

/**
 * Tells the other pools, Go's among them, that this one is alive, in Redis's time. It beats from a thread of its own:
 * a handler that keeps the event loop busy for longer than the ten seconds that others allow must not have its jobs
 * taken away, and run twice.
 */
export class Heartbeater {
  readonly #options: HeartbeaterOptions;
  readonly #interval: number;
  readonly #loop: Loop;
  #thread: BeatThread | undefined;
  #threadNode: NodeAddress | undefined;
  #formerStopped: Promise<void> | undefined;

  constructor(options: HeartbeaterOptions) {
    this.#options = options;
    this.#interval = options.interval ?? DEFAULT_INTERVAL;
    this.#loop = new Loop({
      round: async () => {
        await this.beat();
        return this.#interval;
      },
      afterError: Math.min(this.#interval, 1_000),
      onError: options.onError,
    });
  }

  start(): void {
    if (!this.#startThread()) this.#loop.start();
    else this.#options.connection.on('up', () => this.#followNode());
  }

  /** Stops beating. The heartbeat stays and ages, unless it is removed. */
  async stop(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await Promise.all([thread?.stop(), this.#formerStopped, this.#loop.stop()]);
  }

  /** One beat, from this thread; the first one registers the pool. */
  async beat(): Promise<void> {
    const { connection } = this.#options;
    await connection.ready();
    await connection.call(this.#beatCall());
  }

  /** Takes the pool off the books. Only for a pool that has nothing in progress: no reaper will look for it again. */
  async remove(): Promise<void> {
    const { connection, scripts, poolId } = this.#options;
    await connection.ready();
    await connection.call(scripts.pools.leave(poolId));
  }

  /** Not where a test's clock rules, nor with Redis options that no other thread can be given. */
  #startThread(): boolean {
    const { connection, clock, onError, stuckAfter = DEFAULT_STUCK_AFTER } = this.#options;
    const { node } = connection;
    // Of a Cluster the node is known by now: the thread need not look for it.
    const place = node && { ...node, Connector: undefined };
    const redis = threadOptions({ ...connection.redis.options, ...place });
    if (!redis || clock.scriptTime() !== undefined) return false;
    this.#threadNode = node;
    this.#thread = new BeatThread({
      redis: { ...redis, connectionName: 'nestcraft:heartbeat', lazyConnect: false },
      beat: this.#beatCall(),
      interval: this.#interval,
      stuckAfter,
      onError,
    });
    return true;
  }

  /** Of a Cluster: when another node holds the namespace now, the thread beats there. */
  #followNode(): void {
    const { node } = this.#options.connection;
    if (!this.#thread || node === undefined || node === this.#threadNode) return;
    const former = this.#thread;
    this.#startThread();
    this.#formerStopped = former.stop().catch(this.#options.onError);
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
