import { ACTIONS, type DashboardAction } from '../options/actions.js';
import { SETS } from '../options/set-names.js';
import { SEARCHED } from '../search/searches.js';

type Schema = Readonly<Record<string, unknown>>;

const string = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const boolean = { type: 'boolean' } as const;
const LEVELS = ['ok', 'unknown', 'warning', 'error'] as const;
/** Seconds since the epoch. */
const time = { type: 'number', description: 'seconds since the epoch' } as const;

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function oneOf(words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

/** Describes an object with exactly these members; those whose names end with `?` are optional. */
function object(members: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, one]) => [name.replace(/\?$/, ''), one])),
    required: entries.flatMap(([name]) => (name.endsWith('?') ? [] : [name])),
    additionalProperties: false,
  };
}

const JOB = {
  id: {
    ...string,
    description: 'the job\'s id; "sha1:" and a digest for an entry that is not a job',
  },
  name: string,
  'at?': {
    type: ['number', 'null'],
    description:
      'the time at which it runs or died, in seconds since the epoch; null for a score that is not a time, such as microseconds',
  },
  'position?': { ...integer, description: 'position of a waiting job; 1 is next' },
  'enqueuedAt?': time,
  args: {
    ...string,
    description: 'JSON as text, so that numbers keep their digits; cut in lists; a note if hidden',
  },
  fails: integer,
  'error?': string,
  'failedAt?': time,
  unique: boolean,
  broken: { ...boolean, description: 'whether the entry is not a job' },
};

const COUNTS = {
  done: integer,
  failed: integer,
  dead: integer,
  time: { ...number, description: 'total milliseconds of all runs' },
  run: ref('Percentiles'),
  wait: ref('Percentiles'),
};

const schemas: Readonly<Record<string, Schema>> = {
  Problem: object({
    type: string,
    title: { ...string, description: 'for people, in a few words' },
    status: integer,
    code: { ...string, description: 'for programs, such as invalid, forbidden or not_found' },
    detail: { ...string, description: 'for people: what is wrong and what to do' },
    'loginUrl?': { ...string, description: 'where to sign in, with status 401' },
  }),
  Job: object(JOB),
  Attempt: object({
    at: time,
    'duration?': { ...number, description: 'milliseconds; missing if its process died' },
    fails: integer,
    error: string,
    'backtrace?': string,
    host: string,
    pid: integer,
  }),
  JobDetail: object({
    ...JOB,
    attempts: list(ref('Attempt')),
    'backtrace?': string,
    'uniqueKey?': string,
    text: { ...string, description: 'the raw entry in Redis' },
    truncated: { ...boolean, description: 'whether args or text are cut' },
    downloadable: { ...boolean, description: 'whether the whole entry may be downloaded' },
  }),
  JobList: object({
    total: { ...integer, description: 'number of jobs of all names in the set' },
    from: integer,
    seen: { ...integer, description: 'number of jobs checked; at most 5000' },
    'next?': { ...integer, description: 'the "from" of the next request; missing at the end' },
    jobs: list(ref('Job')),
  }),
  WaitingList: object({
    total: integer,
    from: integer,
    'next?': integer,
    jobs: list(ref('Job')),
  }),
  Queue: object({
    jobName: string,
    count: { ...integer, description: 'number of waiting jobs' },
    latency: { ...number, description: 'seconds for which the next job has waited' },
    inProgress: integer,
    maxConcurrency: { ...integer, description: '0 for no limit' },
    paused: boolean,
    'pausedUntil?': time,
    pools: { ...integer, description: 'live pools that run the name' },
  }),
  Pool: object({
    workerPoolId: string,
    nameList: { ...integer, description: 'index of its job names in nameLists' },
    concurrency: integer,
    host: string,
    pid: integer,
    engine: oneOf(['nestcraft', 'gocraft']),
    busy: integer,
    startedAt: time,
    heartbeatAt: time,
  }),
  Running: object({
    workerId: string,
    jobName: string,
    jobId: string,
    startedAt: time,
    args: string,
    'checkin?': string,
    'checkinAt?': time,
    'host?': string,
    'pid?': integer,
  }),
  Progress: object({
    done: { ...integer, description: 'jobs that were enqueued, deleted or killed' },
    scanned: { ...integer, description: 'jobs that were checked' },
    of: { ...integer, description: 'jobs of all names at the beginning' },
    duplicates: {
      ...integer,
      description: 'jobs that stay because a duplicate is already waiting',
    },
    unknown: {
      ...integer,
      description: 'jobs that stay because no pool has ever known their name',
    },
  }),
  Resource: {
    ...object({ 'queue?': string, 'set?': oneOf(SETS), 'jobName?': string }),
    description: 'a missing member stands for all',
  },
  Operation: object({
    id: string,
    title: string,
    action: oneOf(ACTIONS),
    resource: ref('Resource'),
    by: { ...string, description: 'the user who began it' },
    state: {
      ...oneOf(['running', 'done', 'cancelled', 'failed', 'interrupted']),
      description: 'interrupted: its process has ended in the meantime',
    },
    'progress?': ref('Progress'),
    'error?': string,
    startedAt: time,
    'endedAt?': time,
  }),
  Snapshot: object({
    time: { ...integer, description: "milliseconds since the epoch, by the server's clock" },
    counts: object({ scheduled: integer, retry: integer, dead: integer }),
    queues: list(ref('Queue')),
    pools: list(ref('Pool')),
    nameLists: list(list(string)),
    running: { ...list(ref('Running')), maxItems: 1_000 },
    busy: { ...integer, description: 'number of busy workers' },
    operations: list(ref('Operation')),
  }),
  Percentiles: {
    ...object({ 'p50?': number, 'p95?': number, 'p99?': number }),
    description: 'milliseconds, accurate to 20 %; missing without jobs',
  },
  Metrics: object({
    range: string,
    step: { ...integer, description: 'length of an interval in seconds' },
    intervals: list(object({ start: time, ...COUNTS })),
    total: object(COUNTS),
    jobs: list(object({ jobName: string, ...COUNTS })),
    jobsSince: { ...time, description: 'the time from which "jobs" counts' },
  }),
  Rates: object({
    jobs: list(object({ jobName: string, done: list(integer), failed: list(integer) })),
  }),
  Schedule: object({
    id: string,
    jobName: string,
    spec: string,
    overlap: oneOf(['allow', 'skip']),
    missed: oneOf(['skip', 'last']),
    pools: integer,
    next: list(time),
    'last?': object({
      jobId: string,
      result: oneOf(['done', 'failed', 'dead', 'dropped', 'cancelled']),
      at: time,
      duration: { ...number, description: 'milliseconds' },
      'error?': string,
    }),
  }),
  Finding: object({
    code: { ...string, description: 'names the check; never changes' },
    subject: oneOf(['redis', 'pools', 'jobs']),
    level: oneOf(LEVELS),
    text: string,
    'remedy?': string,
    details: { type: 'object', description: 'the figures behind the text' },
  }),
  Health: object({
    level: { ...oneOf(LEVELS), description: 'the worst of the findings' },
    findings: { ...list(ref('Finding')), description: 'the result of every check' },
    server: object({
      'version?': string,
      'role?': string,
      'usedMemory?': { ...integer, description: 'bytes' },
      'maxMemory?': { ...integer, description: 'bytes; 0 for no limit' },
      'clients?': integer,
      'commandsPerSecond?': integer,
      'roundTrip?': { ...number, description: 'milliseconds to Redis and back' },
      'skew?': {
        ...integer,
        description: "milliseconds by which the server's clock is ahead of Redis's",
      },
    }),
  }),
};

interface Route {
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
const entry: Route = {
  summary: 'Returns the entry in Redis byte for byte, or a problem if part of it is hidden',
  action: 'view',
  type: 'application/octet-stream',
};
const operation = { answer: ref('Operation'), status: 202 };

const routes: Readonly<Record<string, Route>> = {
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
    answer: ref('Health'),
  },
  'POST /operations/{id}/cancel': {
    summary:
      'Cancels a bulk operation in any process; changes made so far are kept. Requires the action of the operation',
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
    ...operation,
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
    ...operation,
  },
  'POST /jobs/{set}/delete-all': {
    summary: 'Deletes all jobs, or those of a name',
    action: 'delete',
    body: ofName,
    ...operation,
  },
  'POST /jobs/retry/kill-all': {
    summary: 'Moves all jobs, or those of a name, to the dead jobs',
    action: 'kill',
    body: ofName,
    ...operation,
  },
};

const PATH_PARAMETERS: Readonly<Record<string, Schema>> = {
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

function operationOf(method: string, path: string, route: Route): Schema {
  const { summary, action, query = {}, body, type = 'application/json' } = route;
  const schema = route.type === undefined ? route.answer : string;
  const status = route.status ?? (schema ? 200 : 204);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    ...{ name: parameter, in: 'path', required: true, schema: PATH_PARAMETERS[parameter] },
  }));
  const inQuery = Object.entries(query).map(([parameter, one]) => ({
    name: parameter.replace(/\?$/, ''),
    in: 'query',
    required: !parameter.endsWith('?'),
    schema: one,
  }));
  const header = {
    ...{ name: 'X-Nestcraft', in: 'header', required: true, schema: { const: '1' } },
    description:
      'required together with a JSON body and the same origin, to protect against other sites',
  };
  return {
    summary,
    'x-action': action,
    parameters: [...inPath, ...inQuery, ...(method === 'POST' ? [header] : [])],
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: {
        description: status === 204 ? 'Done' : status === 202 ? 'Under way' : 'The answer',
        ...(schema && { content: { [type]: { schema } } }),
      },
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    },
  };
}

function paths(): Record<string, Record<string, Schema>> {
  const result: Record<string, Record<string, Schema>> = {};
  for (const [key, route] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ');
    (result[path] ??= {})[method.toLowerCase()] = operationOf(method, path, route);
  }
  return result;
}

/**
 * The document of the dashboard's JSON API. Paths are relative to the document itself. Each operation names its action.
 */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Nestcraft Work dashboard',
    version: '1',
    description:
      'Watch and manage background jobs. Errors are application/problem+json. In paths, a name or an id that is "." or ".." is sent with a leading "~", and one that already looks like that, such as "~..", with one more, because browsers remove dots from paths.',
  },
  servers: [{ url: '.' }],
  paths: paths(),
  components: { schemas },
} as const;
