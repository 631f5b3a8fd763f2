import { Fleet } from '../stores/fleet.js';
import { Queues } from '../stores/queues.js';
import type { Clock } from '../base/clock.js';
import { beatAge, handledNames } from '../stores/handled-names.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { HealthFigures } from './pool-health.js';

export interface HealthReaderOptions {
  readonly poolId: string;
  readonly jobNames: readonly string[];
  /** The pool's own: another that works would prove nothing. */
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

/** Reads what Redis knows of a pool's health. */
export class HealthReader {
  readonly #options: HealthReaderOptions;
  readonly #queues: Queues;
  readonly #fleet: Fleet;

  constructor(options: HealthReaderOptions) {
    this.#options = options;
    this.#queues = new Queues(options);
    this.#fleet = new Fleet(options);
  }

  /** @throws NotConnectedError, and what ioredis throws */
  async read(): Promise<Pick<HealthFigures, 'beatAge' | 'oldestWaiting' | 'unhandled'>> {
    const { poolId, jobNames } = this.#options;
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
    const own = pools.find(({ workerPoolId }) => workerPoolId === poolId);
    return {
      beatAge: own && Math.max(0, beatAge(own, now) * 1000),
      oldestWaiting: oldest && { jobName: oldest.jobName, age: oldest.latency * 1000 },
      unhandled: waiting.map(({ jobName }) => jobName).filter((name) => !handled.has(name)),
    };
  }
}
