export { type EnqueuedJob } from './enqueued-jobs.js';
export { WorkTestingError } from './errors.js';
export { workMatchers, type EnqueuedExpectation } from './matchers.js';
export { type PendingJob } from './pending-jobs.js';
export { WorkTesting } from './work-testing.js';
export {
  WorkTestingModule,
  type WorkTestingApplication,
  type WorkTestingOptions,
} from './work-testing.module.js';
