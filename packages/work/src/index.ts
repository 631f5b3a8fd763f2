export * from '@nestcraft/engine';
export { assertAsyncOptions } from './options/async-options.js';
export {
  DuplicateJobHandlerError,
  DuplicateWorkModuleError,
  InvalidJobHandlerError,
  InvalidJobListenerError,
  InvalidJobConfigurationError,
  UnknownJobSelectionError,
  UnknownWorkInstanceError,
} from './base/errors.js';
export {
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  getWorkEventsToken,
  InjectClient,
  InjectEnqueuer,
  InjectWorkerPool,
  InjectWorkEvents,
} from './instance/instance-tokens.js';
export { isJobContext, JobArgumentsHost } from './handlers/job-arguments-host.js';
export { type HandlerMethod } from './decorators/handler-method.js';
export { JobDecoratorService, type DecoratedJob } from './options/job-decorator.service.js';
export {
  JobHandler,
  type ContractHandlerDecorator,
  type JobHandlerOptions,
} from './decorators/job-handler.decorator.js';
export { type JobMiddleware, type JobMiddlewareOption } from './options/job-middleware.js';
export { type JobOutcome, type JobOutcomeKind } from './options/job-outcome.js';
export { type JobConfiguration, type AsyncJobConfiguration } from './handlers/job-configuration.js';
export {
  Attempt,
  JobPayload,
  JobContext,
  JobRef,
  JobSignal,
  type JobPayloadOptions,
} from './decorators/job-params.decorators.js';
export { JOB } from './instance/job.token.js';
export { OnJobEvent, type OnJobEventOptions } from './decorators/on-job-event.decorator.js';
export { PeriodicJob } from './decorators/periodic-job.decorator.js';
export { type RedisOption } from './options/redis-option.js';
export {
  WorkEvents,
  type JobDelayed,
  type JobEnded,
  type JobEventName,
  type JobEvents,
  type JobFailed,
  type JobStarted,
} from './events/work-events.js';
export {
  WORK_MODULE_OPTIONS,
  type WorkModuleOptions,
  type WorkOptionsFactory,
  type WorkRole,
} from './options/work-module-options.js';
export { WorkModule } from './work.module.js';
export { type WorkModuleAsyncOptions, type WorkModuleExtras } from './work.module-definition.js';
