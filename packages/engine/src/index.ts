export {
  Client,
  type ClientOptions,
  type JobPage,
  type QueueStatus,
  type TimedJob,
  type WorkerObservation,
  type WorkerPoolHeartbeat,
} from './client.js';
export { systemClock, type Clock } from './clock.js';
export {
  DEFAULT_NAMESPACE,
  Enqueuer,
  type EnqueuerOptions,
  type NewJob,
  type UniqueOptions,
  type UniqueResult,
} from './enqueuer.js';
export {
  ClosedError,
  DiscardJobError,
  DuplicateJobError,
  EnqueuePartlyError,
  EnqueueRejectedError,
  EnqueueUnknownError,
  InvalidJobArgsError,
  InvalidJobNameError,
  InvalidOptionError,
  InvalidScheduleError,
  JobArgumentError,
  JobTimeoutError,
  NotConnectedError,
  PoolStartedError,
  PoolStoppingError,
  SnoozeJobError,
  UndecodableJobError,
  UnsupportedRedisError,
  WorkError,
} from './errors.js';
export { type ReapedPool } from './dead-pool-reaper.js';
export { type Failure, type Fate } from './fate.js';
export { Job, ScheduledJob } from './job.js';
export { type JobArgs } from './job-args.js';
export { assertJobName } from './job-name.js';
export { type JobOptions, type UniqueUntil } from './job-type.js';
export { consoleLogger, silentLogger, type Logger } from './logger.js';
export { type Handler, type Middleware } from './middleware.js';
export { type PeriodicOptions } from './periodic-job.js';
export { type PoolTiming } from './pool-actors.js';
export { type SettledJob, type WorkerPoolEvents } from './pool-events.js';
export { type Random } from './random.js';
export { RedisConnection, type RedisConnectionOptions } from './redis/redis-connection.js';
export { type RedisSource } from './redis/redis-source.js';
export { parseSchedule, type Schedule, type ScheduleOptions } from './schedule/schedule.js';
export { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';
