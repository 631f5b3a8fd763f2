export { type JobAttempt } from './job/attempt.js';
export { type ScheduleResult } from './run/schedule-result.js';
export { type BulkOptions, type BulkResult, type EmptyOptions } from './stores/bulk.js';
export { type CancelOptions, type CancelResult } from './stores/canceller.js';
export { Client } from './client/client.js';
export {
  type ClientOptions,
  type MetricsOptions,
  type RatesOptions,
} from './client/client-options.js';
export { type RedisServer } from './client/redis-server.js';
export { type Schedules } from './client/schedules.js';
export { type WorkerPools } from './client/worker-pools.js';
export { type ShownEntry } from './stores/entries.js';
export {
  type RegisteredSchedule,
  type WorkerObservation,
  type WorkerPoolHeartbeat,
} from './stores/fleet.js';
export { type DoctorReport, type ServerFigures } from './doctor/doctor.js';
export {
  type AccessCode,
  type DataCode,
  type Finding,
  type FindingCode,
  type FindingDetails,
  type FindingLevel,
  type FindingSubject,
  type PoolCode,
  type ServerCode,
} from './doctor/finding.js';
export { type RebuildLocksOptions } from './doctor/integrity.js';
export { type LockRepair } from './scripts/queue-scripts.js';
export { type FindOptions, type LocatedJob } from './stores/job-locator.js';
export { type JobCount } from './stores/job-count.js';
export { type JobSet, type ListOptions } from './stores/job-set.js';
export {
  type JobList,
  type JobSetName,
  type TimedJob,
  type TimedJobRef,
} from './stores/timed-job.js';
export { BulkTaskBoard } from './client/bulk-task-board.js';
export { type PauseOptions, type Queue, type WaitingListOptions } from './stores/queue.js';
export { type Queues, type QueueStatus } from './stores/queues.js';
export {
  type DeleteResult,
  type KillResult,
  type ResumeResult,
  type RunNowResult,
} from './stores/results.js';
export { type Retries } from './stores/retries.js';
export { type WaitingJob, type WaitingJobRef, type WaitingList } from './stores/waiting-job.js';
export { currentJob, currentSignal } from './middleware/current-job.js';
export { type EnqueueMiddleware } from './middleware/enqueue-middleware.js';
export { type ConnectedOptions } from './redis/connected-options.js';
export { Enqueuer } from './enqueue/enqueuer.js';
export {
  type DuplicateResult,
  type EnqueuedResult,
  type EnqueueResult,
  type ScheduledResult,
} from './enqueue/enqueue-result.js';
export { type EncryptionKey, type EncryptionOptions } from './encryption/encryption-options.js';
export { type EnqueuerOptions } from './enqueue/enqueuer-options.js';
export {
  PropagatorCaptureError,
  ClosedError,
  CommandTooLargeError,
  KillJobError,
  DropJobError,
  DuplicateJobError,
  PartialEnqueueError,
  EnqueueRejectedError,
  EnqueueStoppedError,
  EnqueueOutcomeUnknownError,
  InvalidJobArgsError,
  InvalidJobNameError,
  InvalidOptionError,
  InvalidScheduleError,
  isWorkError,
  type JobAbortReason,
  JobArgumentError,
  JobCancelledError,
  JobContractError,
  JobDecryptionError,
  JobInUseError,
  JobLostError,
  JobTimeoutError,
  JobTooLargeError,
  LateNextError,
  NewerFormatError,
  NoEncryptionKeyError,
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
  type UndecryptedArgument,
  type UnknownOption,
  UnsupportedRedisError,
  WorkError,
} from './errors/errors.js';
export {
  type ExplainById,
  type ExplainByName,
  type ExplainQuestion,
  type ExplainState,
  type ExplainSubject,
  type ExplainVerdict,
  type Explanation,
  type Reason,
  type ReasonCode,
  type ReasonHolder,
} from './explain/explanation.js';
export { type ReapedPool } from './maintenance/dead-pool-reaper.js';
export { type Fate } from './run/fate.js';
export { type Failure } from './job/failure.js';
export { type FieldPath } from './job/field-paths.js';
export { type HealthFigures, type HealthLimits, type PoolHealth } from './pool/pool-health.js';
export { Job, ScheduledJob } from './job/job.js';
export { type EnqueueOptions, type UniqueBy } from './job/enqueue-options.js';
export { type JobArgs } from './job/job-args.js';
export {
  defineJob,
  isJobContract,
  jobNameOf,
  jobNamesOf,
  type ContractArgs,
  type JobContract,
  type EncryptedFields,
  type JobContractOptions,
  type JobInput,
  type JobNameOrContract,
  type JobOf,
  type JobOutput,
  type NewJob,
  type PlainJob,
} from './job/job-contract.js';
export { type JobOptions, type UniqueUntil } from './job/job-type.js';
export { consoleLogger, silentLogger, type Logger, type LoggerLike } from './logging/logger.js';
export { type Middleware } from './middleware/middleware.js';
export { type Handler } from './job/handler.js';
export { type JobRates, type Metrics, type MetricsRange } from './metrics/metrics.js';
export { type JobMetrics, type Percentiles } from './metrics/tally.js';
export { type PeriodicContractOptions, type PeriodicOptions } from './schedule/periodic-job.js';
export { type AlertOptions, type DeadLimit } from './alerts/alert-options.js';
export { type Recovery, type Stall, type StallKind } from './alerts/stall.js';
export { type Stalls } from './alerts/stalls.js';
export { type WorkerPoolOptions } from './pool/pool-options.js';
export { type SettledJob, type WorkerPoolEvents } from './pool/pool-events.js';
export { type Propagator } from './middleware/propagator.js';
export { type Duration } from './base/duration.js';
export { type RedisConnectionOptions } from './redis/connection-options.js';
export { RedisConnection } from './redis/redis-connection.js';
export { type RedisSource } from './redis/redis-source.js';
export { parseSchedule, type Schedule, type ScheduleOptions } from './schedule/schedule.js';
export {
  type JobArgsIssue,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from './base/standard-schema.js';
export { WorkerPool } from './pool/worker-pool.js';
