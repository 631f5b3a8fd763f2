import { Fleet } from '../stores/fleet.js';
import { Queues } from '../stores/queues.js';
import type { Clock } from '../base/clock.js';
import { beatAge, handledNames } from '../stores/handled-names.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { errorLine } from '../errors/error-text.js';
import { redisProblem, refuses } from '../redis/redis-problem.js';
import {
  judge,
  type HealthAges,
  type HealthFigures,
  type Obstacles,
  type PoolHealth,
} from './pool-health.js';

export interface HealthReaderOptions {
  /** The pool's id. */
  readonly id: string;
  readonly jobNames: readonly string[];
  /** The pool's own connection. A working connection of somebody else would prove nothing. */
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

/** Assesses the health of a pool from its own figures and from its state in Redis. */
export class HealthReader {
  readonly #options: HealthReaderOptions;
  readonly #queues: Queues;
  readonly #fleet: Fleet;

  constructor(options: HealthReaderOptions) {
    this.#options = options;
    this.#queues = new Queues(options);
    this.#fleet = new Fleet(options);
  }

  /**
   * Takes two round trips, or none if the pool is not connected or not registered.
   *
   * @param known the pool's own figures
   */
  async read(
    known: HealthFigures,
    limits: HealthAges,
    { unregistered, refused, stalls }: Obstacles,
  ): Promise<PoolHealth> {
    const { connection } = this.#options;
    if (!connection.isUp) {
      return judge(known, limits, { unreachable: notConnected(connection.downReason), stalls });
    }
    if (unregistered !== undefined) return judge(known, limits, { unregistered, stalls });
    try {
      return judge({ ...known, ...(await this.#figures()) }, limits, { refused, stalls });
    } catch (error) {
      return judge(known, limits, { unreachable: redisProblem(error), stalls });
    }
  }

  /** @throws NotConnectedError, and what ioredis throws */
  async #figures(): Promise<Pick<HealthFigures, 'beatAge' | 'oldestWaiting' | 'unhandled'>> {
    const { id, jobNames } = this.#options;
    const [now, queues, pools] = await Promise.all([
      decidingTime(this.#options),
      this.#queues.list(),
      this.#fleet.heartbeats(),
    ]);
    const waiting = queues.filter(({ count }) => count > 0);
    const [oldest] = waiting
      .filter(({ jobName, paused }) => !paused && jobNames.includes(jobName))
      .sort((a, b) => b.latency - a.latency);
    const handled = handledNames(pools, now);
    const own = pools.find(({ workerPoolId }) => workerPoolId === id);
    return {
      beatAge: own && Math.max(0, beatAge(own, now) * 1000),
      oldestWaiting: oldest && { jobName: oldest.jobName, age: oldest.latency },
      unhandled: waiting.map(({ jobName }) => jobName).filter((name) => !handled.has(name)),
    };
  }
}

function notConnected(reason: Error | undefined): string {
  if (reason === undefined) return 'Redis does not answer: the pool is not connected to it.';
  if (refuses(reason)) return redisProblem(reason);
  return `Redis does not answer: the pool is not connected to it (${errorLine(reason)}).`;
}
