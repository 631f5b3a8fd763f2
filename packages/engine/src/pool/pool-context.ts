import type { Clock } from '../base/clock.js';
import type { Random } from '../base/random.js';
import type { JobType } from '../job/job-type.js';
import type { Report } from '../logging/report.js';
import type { Middleware } from '../middleware/middleware.js';
import { Keys } from '../redis/keys.js';
import { RedisConnection } from '../redis/redis-connection.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import { Scripts } from '../scripts/scripts.js';
import type { PoolSettings } from './pool-settings.js';

/** The parts that the actors of a pool share. Each actor gets the whole context, and its type names the parts it uses. */
export interface PoolContext<Context = unknown> {
  /** The pool's id. */
  readonly id: string;
  readonly settings: PoolSettings<Context>;
  /** The job types, by name. */
  readonly types: ReadonlyMap<string, JobType<Context>>;
  /** The middleware, the outermost first. */
  readonly middleware: readonly Middleware<Context>[];
  readonly jobNames: readonly string[];
  readonly schedules: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
}

/** @throws UnsupportedRedisError, InvalidOptionError */
export function poolContext<Context>(
  given: Pick<
    PoolContext<Context>,
    'id' | 'settings' | 'types' | 'middleware' | 'schedules' | 'report'
  >,
): PoolContext<Context> {
  const { redis, namespace, clock, random, timing } = given.settings;
  const { commandTimeout } = timing;
  const keys = new Keys(namespace);
  return {
    ...given,
    jobNames: [...given.types.keys()],
    connection: new RedisConnection(redis, { name: 'pool', namespace, commandTimeout }),
    keys,
    scripts: new Scripts(keys, clock),
    clock,
    random,
  };
}
