export * from '@nestcraft/engine';
export {
  DuplicateJobHandlerError,
  DuplicateWorkModuleError,
  InvalidJobHandlerError,
} from './errors.js';
export { isJobContext, JobArgumentsHost } from './job-arguments-host.js';
export { JobHandler } from './job-handler.decorator.js';
export { type JobMiddleware, type JobMiddlewareOption } from './job-middleware.js';
export { type JobOutcome } from './job-outcome.js';
export { Attempt, JobArgs, JobContext, JobRef, JobSignal } from './job-params.decorators.js';
export { JOB } from './job.token.js';
export { PeriodicJob } from './periodic-job.decorator.js';
export { type WorkModuleOptions } from './work-module-options.js';
export { WORK_MODULE_OPTIONS } from './work.module-definition.js';
export { WorkModule } from './work.module.js';
