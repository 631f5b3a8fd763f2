import type { Client, JobSet, JobSetName } from '@nestcraft/work';

/** The sets of jobs, as routes and Redis name them. */
export const SETS: readonly JobSetName[] = ['scheduled', 'retry', 'dead'];

export function jobSetOf(client: Client, set: JobSetName): JobSet {
  return set === 'retry' ? client.retries : client[set];
}
