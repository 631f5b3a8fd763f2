import type { Clock } from '../base/clock.js';
import { duration, type Duration } from '../options/duration.js';
import type { LoggerLike } from '../logging/logger.js';
import {
  FLAG,
  FUNCTION,
  functionOf,
  ruleBy,
  whole,
  type OptionTable,
} from '../options/option-rules.js';
import { assertTiming, type PoolTiming } from './pool-timing.js';
import type { Propagator } from '../middleware/propagator.js';
import type { Random } from '../base/random.js';
import type { RedisSource } from '../redis/redis-source.js';
import { NAMESPACE } from '../options/namespace.js';
import { CLOCK, LOGGER } from '../options/shared-options.js';
import { PROPAGATORS } from '../middleware/propagator.js';
import { REDIS } from '../redis/redis-rules.js';

/** Options of `WorkerPool`. */
export interface WorkerPoolOptions<Context = unknown> {
  /** Where Redis is. */
  readonly redis: RedisSource;
  /** What all keys begin with; the same for everybody who shares the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /** How many jobs run at once in this pool; default 10. */
  readonly concurrency?: number | undefined;
  /**
   * Makes the object that middleware and handler of one job share, or its promise; default: an empty object. The job
   * fails when it throws.
   */
  readonly context?: (() => Context | Promise<Context>) | undefined;
  /** How long running jobs get to finish when the pool stops: milliseconds, or a text such as `1m`; default 25 s. */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * How often a process may die under a job before the job is dead itself; default 3. Otherwise a job that kills its
   * process, by running out of memory for instance, would do so for ever.
   */
  readonly maxDeaths?: number | undefined;
  /**
   * Bring back jobs that a Go pool of the namespace has declared dead because it does not know their name; default
   * false. gocraft/work's requeuers do that to due jobs of other pools.
   */
  readonly rescueUnknownJobs?: boolean | undefined;
  /**
   * Asked about whatever a handler throws: what it answers counts instead. With it a kind of error can become a
   * `KillJobError`, a `RetryJobError` or a `SnoozeJobError`. It answers at once; where it gives `undefined`, gives a
   * promise or throws, the first error stands.
   */
  readonly mapError?: ((error: unknown) => unknown) | undefined;
  /** What follows the jobs from where they were enqueued; the first outermost. The enqueuers need the same. */
  readonly propagators?: readonly Propagator[] | undefined;
  /**
   * Whether `currentJob()` and `currentSignal()` tell of this pool's jobs; default false. It costs about half a
   * microsecond a job, and on Node before 24, which then has to follow every promise of the process, something for each.
   */
  readonly currentJob?: boolean | undefined;
  /** Where the pool writes, such as Nest's `Logger` or pino; default the console. */
  readonly logger?: LoggerLike | undefined;
  /** Write a line to the logger when the pool starts: its jobs, its namespace, its Redis. Default true. */
  readonly announce?: boolean | undefined;
  /** Default: the host's clock for what is shown, and Redis's for what is decided. */
  readonly clock?: Clock | undefined;
  /** Numbers from 0 to 1, for delays and for the order of queues; default `Math.random`. */
  readonly random?: Random | undefined;
  /** How often things happen; default: what suits production. */
  readonly timing?: PoolTiming | undefined;
}

/** What the options of a pool may be. */
export const POOL_OPTIONS: OptionTable<WorkerPoolOptions> = {
  redis: REDIS,
  namespace: NAMESPACE,
  concurrency: whole(1, 10_000),
  context: functionOf('a function that makes an object'),
  shutdownTimeout: duration(),
  maxDeaths: whole(1, Number.MAX_SAFE_INTEGER),
  rescueUnknownJobs: FLAG,
  mapError: functionOf('a function of an error'),
  propagators: PROPAGATORS,
  currentJob: FLAG,
  logger: LOGGER,
  announce: FLAG,
  clock: CLOCK,
  random: FUNCTION,
  timing: ruleBy('an object of durations', (value) => assertTiming(value as PoolTiming)),
};
