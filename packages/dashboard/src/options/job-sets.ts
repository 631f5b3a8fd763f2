import type { Client, JobSet } from '@nestcraft/work';
import type { SetName } from './set-names.js';

/** The client's facet for a set of jobs, as routes and Redis name it. */
export function jobSetOf(client: Client, set: SetName): JobSet {
  return set === 'retry' ? client.retries : client[set];
}
