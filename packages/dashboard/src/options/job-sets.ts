import type { Client, JobSet, JobSetName } from '@nestcraft/work';
import { SETS } from './set-names.js';

// Fails to compile if the engine and the dashboard disagree about the names.
SETS satisfies readonly JobSetName[];

/** The client's facet for a set of jobs, as routes and Redis name it. */
export function jobSetOf(client: Client, set: JobSetName): JobSet {
  return set === 'retry' ? client.retries : client[set];
}
