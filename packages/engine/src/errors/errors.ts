// All errors of this package.
export { WorkError, isWorkError } from './work-error.js';
export { type Verdict, verdictOf } from './verdict.js';
export {
  IMPORT_CYCLE,
  InvalidJobNameError,
  InvalidOptionError,
  UnknownOptionError,
  type UnknownOption,
  InvalidScheduleError,
  NoHandlerError,
  DuplicateJobError,
  JobInUseError,
  PoolStartedError,
  ClosedError,
} from './usage-errors.js';
export {
  InvalidJobArgsError,
  EnqueueRejectedError,
  JobTooLargeError,
  EnqueueOutcomeUnknownError,
  PartialEnqueueError,
  PropagatorCaptureError,
  EnqueueStoppedError,
} from './enqueue-errors.js';
export {
  UnsupportedRedisError,
  NewerFormatError,
  NotConnectedError,
  CommandTooLargeError,
} from './redis-errors.js';
export { KillJobError, DropJobError, SnoozeJobError, RetryJobError } from './outcome-errors.js';
export {
  JobArgumentError,
  NoEncryptionKeyError,
  JobDecryptionError,
  type UndecryptedArgument,
  JobTimeoutError,
  PoolStoppingError,
  JobCancelledError,
  JobLostError,
  type JobAbortReason,
  JobContractError,
  UncalledFunctionError,
  LateNextError,
  SlowPropagatorError,
  UndecodableJobError,
} from './run-errors.js';
