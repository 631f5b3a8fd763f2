import { ALERT_OPTIONS, DEAD_LIMIT } from './alerts/alert-options.js';
import { BULK_OPTIONS } from './stores/bulk.js';
import { CANCEL_OPTIONS } from './stores/canceller.js';
import { REBUILD_LOCKS_OPTIONS } from './doctor/integrity.js';
import { CLIENT_OPTIONS, METRICS_OPTIONS, RATES_OPTIONS } from './client/client-options.js';
import { EXPLAIN_QUESTION } from './explain/question.js';
import { LIST_OPTIONS } from './stores/job-set.js';
import { ENQUEUER_OPTIONS } from './enqueue/enqueuer-options.js';
import { PAUSE_OPTIONS, WAITING_LIST_OPTIONS } from './stores/queue.js';
import { HEALTH_LIMITS } from './pool/pool-health.js';
import { ENQUEUE_OPTIONS } from './job/enqueue-options.js';
import { CONTRACT_OPTIONS } from './job/job-contract.js';
import { JOB_OPTIONS } from './job/job-type.js';
import { PERIODIC_OPTIONS } from './schedule/periodic-job.js';
import { POOL_OPTIONS } from './pool/pool-options.js';
import { TIMING } from './pool/pool-timing.js';
import { CONNECTION_OPTIONS } from './redis/connection-options.js';

/** What the options of the engine may be: for packages that hand them on, and for the pages that list them. */
export const optionTables = {
  alerts: ALERT_OPTIONS,
  bulk: BULK_OPTIONS,
  cancel: CANCEL_OPTIONS,
  client: CLIENT_OPTIONS,
  connection: CONNECTION_OPTIONS,
  contract: CONTRACT_OPTIONS,
  deadLimit: DEAD_LIMIT,
  enqueue: ENQUEUE_OPTIONS,
  enqueuer: ENQUEUER_OPTIONS,
  explain: EXPLAIN_QUESTION,
  health: HEALTH_LIMITS,
  job: JOB_OPTIONS,
  list: LIST_OPTIONS,
  metrics: METRICS_OPTIONS,
  pause: PAUSE_OPTIONS,
  pool: POOL_OPTIONS,
  rates: RATES_OPTIONS,
  rebuildLocks: REBUILD_LOCKS_OPTIONS,
  schedule: PERIODIC_OPTIONS,
  timing: TIMING,
  waitingList: WAITING_LIST_OPTIONS,
} as const;
