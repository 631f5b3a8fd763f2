import type { BulkOptions, BulkResult, Client, Revived, TimedJob } from '@nestcraft/work';
import type { SetName } from './set-names.js';

export interface JobRef {
  /** `null` of a job whose score no Date can hold. */
  readonly at: Date | null;
  readonly id: string;
}

/** What a client can do with the jobs of a set. */
export interface SetMethods {
  readonly job: (ref: JobRef) => Promise<TimedJob | undefined>;
  readonly enqueue: (job: TimedJob) => Promise<Revived>;
  readonly remove: (job: TimedJob) => Promise<boolean>;
  readonly enqueueAll: (options: BulkOptions) => Promise<BulkResult>;
  readonly removeAll: (options: BulkOptions) => Promise<BulkResult>;
}

export function methodsFor(client: Client, set: SetName): SetMethods {
  switch (set) {
    case 'scheduled':
      return {
        job: (ref) => client.scheduledJob(ref),
        enqueue: (ref) => client.runScheduledJob(ref),
        remove: (ref) => client.deleteScheduledJob(ref),
        enqueueAll: (options) => client.runAllScheduledJobs(options),
        removeAll: (options) => client.deleteAllScheduledJobs(options),
      };
    case 'retry':
      return {
        job: (ref) => client.retryJob(ref),
        enqueue: (ref) => client.runRetryJob(ref),
        remove: (ref) => client.deleteRetryJob(ref),
        enqueueAll: (options) => client.runAllRetryJobs(options),
        removeAll: (options) => client.deleteAllRetryJobs(options),
      };
    case 'dead':
      return {
        job: (ref) => client.deadJob(ref),
        enqueue: (ref) => client.retryDeadJob(ref),
        remove: (ref) => client.deleteDeadJob(ref),
        enqueueAll: (options) => client.retryAllDeadJobs(options),
        removeAll: (options) => client.deleteAllDeadJobs(options),
      };
  }
}
