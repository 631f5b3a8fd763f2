import { ALERT_OPTIONS, type AlertOptions } from '../alerts/alert-options.js';
import type { Clock } from '../base/clock.js';
import { duration } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import type { LoggerLike } from '../logging/logger.js';
import {
  FLAG,
  FUNCTION,
  functionOf,
  optionsIn,
  ruleBy,
  whole,
  type OptionTable,
} from '../options/option-rules.js';
import { assertTiming, type PoolTiming } from './pool-timing.js';
import { ENCRYPTION, type EncryptionOptions } from '../encryption/encryption-options.js';
import { PROPAGATORS, type Propagator } from '../middleware/propagator.js';
import type { Random } from '../base/random.js';
import type { RedisSource } from '../redis/redis-source.js';
import { NAMESPACE } from '../options/namespace.js';
import { CLOCK, LOGGER } from '../options/shared-options.js';
import { REDIS } from '../redis/redis-rules.js';

/** Options of `WorkerPool`. */
export interface WorkerPoolOptions<Context = unknown> {
  /** Where Redis is. */
  readonly redis: RedisSource;
  /** The prefix of all keys; the same in all processes that share the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /** The number of jobs that run concurrently in this pool, 1 to 10000; default 10. */
  readonly concurrency?: number | undefined;
  /**
   * Makes the object, or a promise of it, that the middleware and the handler of one job share. Default: an empty object.
   * If it throws, the job fails.
   */
  readonly context?: (() => Context | Promise<Context>) | undefined;
  /** How long running jobs may take to finish when the pool stops: milliseconds, or a text such as `1m`; default 25 s. */
  readonly shutdownTimeout?: Duration | undefined;
  /**
   * The number of process deaths during a job's runs after which the job is dead itself; default 3. Without this limit, a
   * job that kills its process, by running out of memory for instance, would do so forever.
   */
  readonly maxDeaths?: number | undefined;
  /**
   * Whether to move jobs back to their queues that a Go pool of the namespace has declared dead because it does not know
   * their name; default false. The requeuers of gocraft/work declare due jobs of other pools dead.
   */
  readonly rescueUnknownJobs?: boolean | undefined;
  /**
   * Maps each value that a handler throws to the value that counts instead. It can turn a kind of error into a
   * `KillJobError`, a `RetryJobError` or a `SnoozeJobError`. It must be synchronous: if it returns `undefined` or a
   * promise, or throws, the original error counts.
   */
  readonly mapError?: ((error: unknown) => unknown) | undefined;
  /**
   * The propagators that carry context, such as a trace, from the enqueuer to the job's run; the first is the outermost.
   * Enqueuers need the same list.
   */
  readonly propagators?: readonly Propagator[] | undefined;
  /** The keys for the encrypted fields of contracts; default none. Enqueuers need the same keys. */
  readonly encryption?: EncryptionOptions | undefined;
  /**
   * Whether `currentJob()` and `currentSignal()` work in this pool's jobs; default false. It costs about half a
   * microsecond per job. Before Node 24 it also costs a little for every promise of the process, which Node must track.
   */
  readonly currentJob?: boolean | undefined;
  /**
   * What the pool watches, and whom it tells when work stalls. Default: unanswered fetches and late heartbeats, told by
   * the event `stalled` and the log.
   */
  readonly alerts?: AlertOptions | undefined;
  /** Where the pool logs, such as Nest's `Logger` or pino; default the console. */
  readonly logger?: LoggerLike | undefined;
  /** Whether to log a line with the pool's jobs, namespace and Redis when the pool starts; default true. */
  readonly announce?: boolean | undefined;
  /** The clock of a test. Default: the host's clock for displayed times, and Redis's for decisions. */
  readonly clock?: Clock | undefined;
  /** The source of random numbers from 0 to 1, for delays and for the order of queues; default `Math.random`. */
  readonly random?: Random | undefined;
  /** The intervals of the pool's background work; the defaults suit production. */
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
  encryption: ENCRYPTION,
  currentJob: FLAG,
  alerts: optionsIn('an object of alerts', 'WorkerPool', ALERT_OPTIONS),
  logger: LOGGER,
  announce: FLAG,
  clock: CLOCK,
  random: FUNCTION,
  timing: ruleBy('an object of durations', (value) => assertTiming(value as PoolTiming)),
};
