export * from '@nestcraft/engine';
export { assertAsyncOptions } from './async-options.js';
export {
  DuplicateJobHandlerError,
  DuplicateWorkModuleError,
  InvalidJobHandlerError,
  InvalidJobListenerError,
  InvalidJobOverrideError,
  UnknownJobSelectionError,
  UnknownWorkInstanceError,
} from './errors.js';
export {
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  getWorkEventsToken,
  InjectClient,
  InjectEnqueuer,
  InjectWorkerPool,
  InjectWorkEvents,
} from './instance-tokens.js';
export { isJobContext, JobArgumentsHost } from './job-arguments-host.js';
export { type HandlerMethod } from './handler-method.js';
export { JobDecoratorService, type DecoratedJob } from './job-decorator.service.js';
export {
  JobHandler,
  type ContractHandlerDecorator,
  type JobHandlerOptions,
} from './job-handler.decorator.js';
export { type JobMiddleware, type JobMiddlewareOption } from './job-middleware.js';
export { type JobOutcome, type JobOutcomeKind } from './job-outcome.js';
export { type JobFeature, type JobFeatureAsync } from './job-override.js';
export {
  Attempt,
  JobArgs,
  JobContext,
  JobRef,
  JobSignal,
  type JobArgsOptions,
} from './job-params.decorators.js';
export { JOB } from './job.token.js';
export { OnJobEvent, type OnJobEventOptions } from './on-job-event.decorator.js';
export { PeriodicJob } from './periodic-job.decorator.js';
export { type RedisOption } from './redis-option.js';
export {
  WorkEvents,
  type JobDelayed,
  type JobEnded,
  type JobEventName,
  type JobEvents,
  type JobFailed,
  type JobStarted,
} from './work-events.js';
export {
  WORK_MODULE_OPTIONS,
  type WorkModuleOptions,
  type WorkOptionsFactory,
  type WorkRole,
} from './work-module-options.js';
export { WorkModule } from './work.module.js';
export { type WorkModuleAsyncOptions, type WorkModuleExtras } from './work.module-definition.js';
