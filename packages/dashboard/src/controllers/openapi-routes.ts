import { ACTIONS, type DashboardAction } from '../options/actions.js';
import { SETS } from '../options/set-names.js';
import { SEARCHED } from '../search/searches.js';
import {
  boolean,
  integer,
  list,
  object,
  oneOf,
  ref,
  string,
  time,
  type Schema,
} from './openapi-schema.js';

/** The description of a route. */
export interface RouteDescription {
  readonly summary: string;
  readonly action: DashboardAction;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly body?: Schema;
  /** The schema of the response; without one the status is 204. */
  readonly answer?: Schema;
  readonly status?: number;
  /** The type of a response that is not JSON, such as a stream of server-sent events. */
  readonly type?: string;
}

const name = { ...string, minLength: 1, maxLength: 300 };
const from = { ...integer, minimum: 0, maximum: 1e9, default: 0 };
const limit = { ...integer, minimum: 1, maximum: 200, default: 20 };
const selected = {
  jobs: {
    ...list(object({ at: { ...time, type: ['integer', 'null'] }, id: string })),
    minItems: 1,
    maxItems: 200,
  },
};
const results = object({ results: list(string) });
const ofName = object({ 'name?': name });
const entry: RouteDescription = {
  summary: 'Returns the entry in Redis byte for byte, or a problem if part of it is hidden',
  action: 'view',
  type: 'application/octet-stream',
};
const bulkTask = { answer: ref('BulkTask'), status: 202 };

/** The routes of the API, by method and path. */
export const OPENAPI_ROUTES: Readonly<Record<string, RouteDescription>> = {
  'GET /openapi.json': { summary: 'This document', action: 'view', answer: { type: 'object' } },
  'GET /me': {
    summary: "Returns the user's permissions and the namespace",
    action: 'view',
    answer: object({ actions: list(oneOf(ACTIONS)), readOnly: boolean, namespace: string }),
  },
  'GET /snapshot': {
    summary: 'Returns the current counts, queues, pools and running jobs',
    action: 'view',
    answer: ref('Snapshot'),
  },
  'GET /events': {
    summary: 'Streams events: "snapshot" (a Snapshot) every two seconds, or "unreachable"',
    action: 'view',
    type: 'text/event-stream',
  },
  'GET /explain': {
    summary:
      'Explains why a job does not start: the job of an id, or the next job of a name. With both, the job is searched for in the queue of the name',
    action: 'view',
    query: { 'id?': { ...string, minLength: 1, maxLength: 1_000 }, 'name?': name },
    answer: ref('Explanation'),
  },
  'GET /alerts': {
    summary: 'Returns the last stalls and recoveries of the fleet, the newest first',
    action: 'view',
    answer: object({ stalls: { ...list(ref('LoggedStall')), maxItems: 100 } }),
  },
  'GET /running/{worker}': {
    summary: "Returns a worker's running job with its complete arguments",
    action: 'view',
    answer: ref('Running'),
  },
  'GET /search': {
    summary:
      'Streams events: "waiting" while other searches run, "hits" (a list of { set, job, queue?, workerId? }), "progress" ({ seen, total }), "end" or "failed"; 429 if too many searches are running',
    action: 'view',
    query: {
      q: { ...string, minLength: 1, maxLength: 200 },
      'in?': oneOf(SEARCHED),
      'name?': name,
    },
    type: 'text/event-stream',
  },
  'GET /metrics': {
    summary: "Returns the recent activity of this project's workers",
    action: 'view',
    query: {
      'range?': { ...oneOf(['1h', '6h', '24h', '7d', '30d']), default: '1h' },
      'name?': name,
    },
    answer: ref('Metrics'),
  },
  'GET /rates': {
    summary: 'Returns the rates of each job name for each of the last 30 minutes, oldest first',
    action: 'view',
    answer: ref('Rates'),
  },
  'GET /periodic': {
    summary: 'Returns the schedules that live pools register',
    action: 'view',
    answer: object({ schedules: list(ref('Schedule')) }),
  },
  'POST /periodic/run': {
    summary: 'Enqueues a job of a schedule now',
    action: 'run',
    body: object({ id: string }),
    answer: object({ result: oneOf(['enqueued', 'duplicate']) }),
  },
  'GET /health': {
    summary: 'Returns problems in Redis: dangers to jobs, and inconsistent data',
    action: 'view',
    query: { 'again?': { ...oneOf(['1']), description: 'asks for fresh findings' } },
    answer: ref('Health'),
  },
  'GET /locks': {
    summary: 'Returns the locks that a repair would change, and changes nothing',
    action: 'view',
    answer: ref('LockRepairs'),
  },
  'POST /locks/repair': {
    summary: 'Sets wrong locks to the numbers of jobs in progress',
    action: 'repair',
    answer: ref('LockRepairs'),
  },
  'POST /bulk-tasks/{id}/cancel': {
    summary:
      'Cancels a bulk task in any process; changes made so far are kept. Requires the action of the task',
    action: 'view',
  },
  'GET /queues/{name}/jobs': {
    summary: 'Returns waiting jobs, next one first',
    action: 'view',
    query: { 'from?': from, 'limit?': limit },
    answer: ref('WaitingList'),
  },
  'GET /queues/{name}/jobs/{position}/{id}': {
    summary: 'Returns a waiting job, searched for near the position at which it was seen',
    action: 'view',
    answer: ref('JobDetail'),
  },
  'GET /queues/{name}/jobs/{position}/{id}/entry': { ...entry },
  'POST /queues/{name}/delete': {
    summary:
      'Deletes selected waiting jobs: each "deleted", "notFound" or "tooDeep" in a very long queue',
    action: 'delete',
    body: object({
      jobs: { ...list(object({ position: integer, id: string })), minItems: 1, maxItems: 200 },
    }),
    answer: results,
  },
  'POST /queues/{name}/pause': {
    summary: 'Pauses a queue for a number of seconds, or until it is resumed',
    action: 'pause',
    body: object({ 'seconds?': { ...integer, minimum: 1, maximum: 31_536_000 } }),
  },
  'POST /queues/{name}/resume': { summary: 'Resumes a queue', action: 'pause' },
  'POST /queues/{name}/limit': {
    summary: 'Limits how many jobs of the name run concurrently; 0 for no limit',
    action: 'limit',
    body: object({ limit: { ...integer, minimum: 0, maximum: 1_000_000 } }),
  },
  'POST /queues/{name}/empty': {
    summary: 'Deletes all waiting jobs',
    action: 'empty',
    ...bulkTask,
  },
  'GET /jobs/{set}': {
    summary: 'Returns scheduled, retry or dead jobs, by time',
    action: 'view',
    query: {
      'from?': { ...from, description: 'number of jobs to skip: "next" of the previous list' },
      'at?': { ...integer, description: 'instead of "from": start at this time, in seconds' },
      'limit?': limit,
      'name?': name,
      'order?': { ...oneOf(['asc', 'desc']), description: 'by default dead jobs are newest first' },
    },
    answer: ref('JobList'),
  },
  'GET /jobs/{set}/count': {
    summary: 'Returns the number of jobs of a name',
    action: 'view',
    query: { name },
    answer: object({
      count: integer,
      exact: {
        ...boolean,
        description: 'an estimate if the set has more than 10,000 jobs of all names',
      },
    }),
  },
  'GET /jobs/{set}/{at}/{id}': {
    summary: 'Returns a job',
    action: 'view',
    answer: ref('JobDetail'),
  },
  'GET /jobs/{set}/{at}/{id}/entry': { ...entry },
  'POST /jobs/{set}/run': {
    summary:
      'Moves selected jobs to their queues now: each "enqueued", "notFound", "duplicate" or "unknown"',
    action: 'retry',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/{set}/delete': {
    summary: 'Deletes selected jobs: each "deleted" or "notFound"',
    action: 'delete',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/retry/kill': {
    summary: 'Moves selected jobs to the dead jobs: each "killed" or "notFound"',
    action: 'kill',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/cancel': {
    summary:
      'Cancels a job: "removed" if it was waiting, "signalled" if its pool was asked to abort it, "marked" if it will be dropped in its turn, "ignored" if a Go pool runs it, or "notFound"',
    action: 'cancel',
    body: object({ id: string, name }),
    answer: object({
      result: oneOf(['removed', 'signalled', 'marked', 'ignored', 'notFound']),
    }),
  },
  'POST /jobs/{set}/run-all': {
    summary: 'Moves all jobs, or those of a name, to their queues now',
    action: 'retry',
    body: ofName,
    ...bulkTask,
  },
  'POST /jobs/{set}/delete-all': {
    summary: 'Deletes all jobs, or those of a name',
    action: 'delete',
    body: ofName,
    ...bulkTask,
  },
  'POST /jobs/retry/kill-all': {
    summary: 'Moves all jobs, or those of a name, to the dead jobs',
    action: 'kill',
    body: ofName,
    ...bulkTask,
  },
};

/** The parameters in paths, by name. */
export const PATH_PARAMETERS: Readonly<Record<string, Schema>> = {
  set: oneOf(SETS),
  name: string,
  position: { ...integer, minimum: 1 },
  worker: string,
  at: {
    ...string,
    description:
      'the time at which it runs or died, in seconds since the epoch; or "null", as given by a list',
  },
  id: string,
};
