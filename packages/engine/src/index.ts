export { type JobAttempt } from './attempt.js';
export { type ScheduleResult } from './schedule-result.js';
export { type BulkOptions, type BulkResult } from './client/bulk.js';
export { type CancelOptions, type Cancellation } from './client/canceller.js';
export { Client } from './client/client.js';
export {
  type ClientOptions,
  type MetricsOptions,
  type PauseOptions,
  type RatesOptions,
  type WaitingListOptions,
} from './client/client-options.js';
export { type ShownEntry, type UnreadEntry } from './client/entries.js';
export {
  type RegisteredSchedule,
  type WorkerObservation,
  type WorkerPoolHeartbeat,
} from './client/fleet.js';
export { type IntegrityFinding } from './client/integrity.js';
export {
  type JobCount,
  type JobList,
  type JobPage,
  type ListOptions,
  type TimedJob,
  type TimedJobRef,
} from './client/job-set.js';
export { OperationBoard, type BoardNote } from './client/operation-board.js';
export {
  type Deletion,
  type QueuePage,
  type QueueStatus,
  type WaitingJob,
  type WaitingJobRef,
} from './client/queues.js';
export { systemClock, type Clock } from './clock.js';
export {
  callerPlace,
  classesOfCopies,
  loadedCopies,
  noteClass,
  type PackageCopy,
} from './copies.js';
export { currentJob, currentSignal } from './current-job.js';
export { type EnqueueMiddleware } from './enqueue-middleware.js';
export { type ConnectedOptions } from './connected-options.js';
export { Enqueuer, type UniqueResult } from './enqueuer.js';
export { type EnqueuerOptions, type UniqueOptions } from './enqueuer-options.js';
export { DEFAULT_NAMESPACE } from './namespace.js';
export {
  CaptureError,
  ClosedError,
  CommandTooLargeError,
  DiscardJobError,
  DropJobError,
  DuplicateJobError,
  EnqueuePartlyError,
  EnqueueRejectedError,
  EnqueueStoppedError,
  EnqueueUnknownError,
  IMPORT_CYCLE,
  InvalidJobArgsError,
  InvalidJobNameError,
  InvalidOptionError,
  InvalidScheduleError,
  isWorkError,
  type JobAbortReason,
  JobArgumentError,
  JobCancelledError,
  JobContractError,
  JobInUseError,
  JobLostError,
  JobTimeoutError,
  JobTooLargeError,
  LateNextError,
  NoHandlerError,
  NotConnectedError,
  PoolStartedError,
  PoolStoppingError,
  RetryJobError,
  SlowPropagatorError,
  SnoozeJobError,
  UncalledFunctionError,
  UndecodableJobError,
  UnknownOptionError,
  type UnknownOption,
  UnsupportedRedisError,
  WorkError,
} from './errors.js';
export { type ReapedPool } from './dead-pool-reaper.js';
export { type Failure, type Fate } from './fate.js';
export { type HealthFigures, type HealthLimits, type PoolHealth } from './health/pool-health.js';
export { Job, ScheduledJob } from './job.js';
export { type JobArgs } from './job-args.js';
export {
  defineJob,
  isJobContract,
  jobNameOf,
  jobNamesOf,
  type ContractArgs,
  type JobContract,
  type JobContractOptions,
  type JobInput,
  type JobNameOrContract,
  type JobOf,
  type JobOutput,
  type NewJob,
} from './job-contract.js';
export { assertJobName } from './job-name.js';
export { type JobOptions, type UniqueUntil } from './job-type.js';
export { consoleLogger, safeLogger, silentLogger, type Logger, type LoggerLike } from './logger.js';
export { ManualPool, type NextJob } from './manual-pool.js';
export { type Handler, type Middleware } from './middleware.js';
export { type JobRates, type Metrics, type MetricsRange } from './metrics/metrics.js';
export { type JobMetrics, type Percentiles } from './metrics/tally.js';
export { type KnownJobs } from './name-watch.js';
export { type PeriodicContractOptions, type PeriodicOptions } from './periodic-job.js';
export { type WorkerPoolOptions } from './pool-options.js';
export { type PoolTiming } from './pool-timing.js';
export { type SettledJob, type WorkerPoolEvents } from './pool-events.js';
export { didYouMean } from './closest.js';
export * as optionRules from './option-rules.js';
export { type OptionRule, type OptionTable } from './option-rules.js';
export { optionTables } from './option-tables.js';
export { type Propagator } from './propagator.js';
export { type Random } from './random.js';
export { argsTextOf } from './job-entry.js';
export { finishing, finishWork } from './returned-work.js';
export { type Raw } from './redis/raw.js';
export { redisFault, type RedisFault } from './redis/redis-fault.js';
export { RedisConnection, type RedisConnectionOptions } from './redis/redis-connection.js';
export { redisProblem } from './redis/redis-problem.js';
export { type RedisSource } from './redis/redis-source.js';
export { type Revived } from './redis/scripts/job-scripts.js';
export { goDuration } from './schedule/go-duration.js';
export { parseSchedule, type Schedule, type ScheduleOptions } from './schedule/schedule.js';
export {
  type JobArgsIssue,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from './standard-schema.js';
export { errorLine, errorStack } from './error-text.js';
export { isThenable } from './thrown.js';
export { counted } from './counted.js';
export { cutList, startLine, whereText, type StartFacts } from './start-line.js';
export { WorkerPool } from './worker-pool.js';
