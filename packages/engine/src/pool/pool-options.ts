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
  /** The beginning of all keys; the same for all processes that share the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /** How many jobs run at once in this pool, 1 to 10000; default 10. */
  readonly concurrency?: number | undefined;
  /**
   * Makes the object that the middleware and the handler of one job share, or promises it; default: an empty object. If
   * it throws, the job fails.
   */
  readonly context?: (() => Context | Promise<Context>) | undefined;
  /** How long running jobs get to finish when the pool stops: milliseconds, or a text such as `1m`; default 25 s. */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * How many times a process may die while it runs a job, until the job is dead itself; default 3. Without that limit a
   * job that kills its process, by running out of memory for instance, would do so for ever.
   */
  readonly maxDeaths?: number | undefined;
  /**
   * Bring back jobs that a Go pool of the namespace has declared dead because it does not know their name; default
   * false. The requeuers of gocraft/work declare due jobs of other pools dead.
   */
  readonly rescueUnknownJobs?: boolean | undefined;
  /**
   * Gets each value that a handler throws; the value that it returns counts instead. It can turn a kind of error into a
   * `KillJobError`, a `RetryJobError` or a `SnoozeJobError`. It must answer at once: if it returns `undefined` or a
   * promise, or throws, the original error counts.
   */
  readonly mapError?: ((error: unknown) => unknown) | undefined;
  /**
   * Carry things such as a trace from where a job is enqueued to where it runs; the first is outermost. Enqueuers need the
   * same list.
   */
  readonly propagators?: readonly Propagator[] | undefined;
  /**
   * Whether `currentJob()` and `currentSignal()` work in this pool's jobs; default false. It costs about half a
   * microsecond a job; before Node 24 it also costs a little for every promise of the process, which Node has to follow.
   */
  readonly currentJob?: boolean | undefined;
  /** Where the pool logs, such as Nest's `Logger` or pino; default the console. */
  readonly logger?: LoggerLike | undefined;
  /** Log a line when the pool starts, with its jobs, its namespace and its Redis; default true. */
  readonly announce?: boolean | undefined;
  /** For tests. Default: the host's clock for times that are shown, and Redis's for decisions. */
  readonly clock?: Clock | undefined;
  /** Returns numbers from 0 to 1, for delays and for the order of queues; default `Math.random`. */
  readonly random?: Random | undefined;
  /** How often the pool does its background work; the defaults suit production. */
  readonly timing?: PoolTiming | undefined;
}

/** The rules of a pool's options. */
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
