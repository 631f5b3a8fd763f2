export { type EnqueuedJob } from './enqueued-jobs.js';
export { WorkTestingError } from './errors.js';
export { workMatchers, type EnqueuedExpectation } from './matchers.js';
export { type PendingJob } from './pending-jobs.js';
export { WorkTesting } from './work-testing.js';
export {
  createWorkTesting,
  type WorkTestingApplication,
  type WorkTestingOptions,
} from './create-work-testing.js';
