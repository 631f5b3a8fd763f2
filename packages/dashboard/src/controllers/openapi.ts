import { ACTIONS, type DashboardAction } from '../options/actions.js';
import { SETS } from '../options/set-names.js';
import { SEARCHED } from '../search/searches.js';

type Schema = Readonly<Record<string, unknown>>;

const string = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const boolean = { type: 'boolean' } as const;
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

/** An object with exactly these members; those whose names end with `?` may be missing. */
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
  id: { ...string, description: 'of an entry that is no job, "sha1:" and its digest' },
  name: string,
  'at?': {
    type: ['number', 'null'],
    description:
      'when it runs, or died; in seconds since the epoch; null of a score that is no time, such as microseconds',
  },
  'position?': { ...integer, description: 'of a waiting job: 1 is taken next' },
  'enqueuedAt?': time,
  args: {
    ...string,
    description:
      'JSON as text, so that numbers keep their digits; cut in lists; what is hidden says so',
  },
  fails: integer,
  'error?': string,
  'failedAt?': time,
  unique: boolean,
  broken: { ...boolean, description: 'whether the entry is no job at all' },
};

const COUNTS = {
  done: integer,
  failed: integer,
  dead: integer,
  time: { ...number, description: 'milliseconds of all runs together' },
  run: ref('Percentiles'),
  wait: ref('Percentiles'),
};

const schemas: Readonly<Record<string, Schema>> = {
  Problem: object({
    type: string,
    title: { ...string, description: 'for people, in a few words' },
    status: integer,
    code: { ...string, description: 'for programs, such as invalid, forbidden or not_found' },
    detail: { ...string, description: 'for people: what is wrong, and what to do' },
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
    text: { ...string, description: 'the entry as it stands in Redis' },
    truncated: { ...boolean, description: 'whether args or text are only the beginning' },
    downloadable: { ...boolean, description: 'whether the entry may be had to the byte' },
  }),
  JobList: object({
    total: { ...integer, description: 'how many there are in the set, of all names' },
    from: integer,
    seen: { ...integer, description: 'how many were looked at: at most 5000' },
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
    count: { ...integer, description: 'jobs that wait' },
    latency: { ...number, description: 'seconds that the next job has waited' },
    inProgress: integer,
    maxConcurrency: { ...integer, description: '0 is no limit' },
    paused: boolean,
    'pausedUntil?': time,
    pools: { ...integer, description: 'live pools that run the name' },
  }),
  Pool: object({
    workerPoolId: string,
    nameList: { ...integer, description: 'which of nameLists are its job names' },
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
    scanned: { ...integer, description: 'jobs that were looked at' },
    of: { ...integer, description: 'jobs that there were at the beginning, of all names' },
    duplicates: { ...integer, description: 'jobs that stay because another like them waits' },
    unknown: { ...integer, description: 'jobs that stay because nobody ever knew their name' },
  }),
  Resource: {
    ...object({ 'queue?': string, 'set?': oneOf(SETS), 'jobName?': string }),
    description: 'what a missing member would name is all of them',
  },
  Operation: object({
    id: string,
    title: string,
    action: oneOf(ACTIONS),
    resource: ref('Resource'),
    by: { ...string, description: 'who has begun it' },
    state: {
      ...oneOf(['running', 'done', 'cancelled', 'failed', 'interrupted']),
      description: 'interrupted: its process has ended meanwhile',
    },
    'progress?': ref('Progress'),
    'error?': string,
    startedAt: time,
    'endedAt?': time,
  }),
  Snapshot: object({
    time: { ...integer, description: 'milliseconds since the epoch, by the server' },
    counts: object({ scheduled: integer, retry: integer, dead: integer }),
    queues: list(ref('Queue')),
    pools: list(ref('Pool')),
    nameLists: list(list(string)),
    running: { ...list(ref('Running')), maxItems: 1_000 },
    busy: { ...integer, description: 'how many workers are busy' },
    operations: list(ref('Operation')),
  }),
  Percentiles: {
    ...object({ 'p50?': number, 'p95?': number, 'p99?': number }),
    description: 'milliseconds, within 20 %; missing when there were no jobs',
  },
  Metrics: object({
    range: string,
    step: { ...integer, description: 'seconds of an interval' },
    intervals: list(object({ start: time, ...COUNTS })),
    total: object(COUNTS),
    jobs: list(object({ jobName: string, ...COUNTS })),
    jobsSince: { ...time, description: 'from when on "jobs" counts' },
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
    severity: oneOf(['danger', 'warning']),
    what: string,
    remedy: string,
  }),
  Health: object({
    version: string,
    role: string,
    usedMemory: { ...integer, description: 'bytes' },
    maxMemory: { ...integer, description: 'bytes; 0 is no limit' },
    clients: integer,
    operationsPerSecond: integer,
    roundTrip: { ...number, description: 'milliseconds to Redis and back' },
    skew: {
      ...integer,
      description: "milliseconds by which the server's clock is ahead of Redis's",
    },
    findings: list(ref('Finding')),
    integrity: list(object({ kind: string, what: string, consequence: string, remedy: string })),
  }),
};

interface Route {
  readonly summary: string;
  readonly action: DashboardAction;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly body?: Schema;
  /** 204 without one. */
  readonly answer?: Schema;
  readonly status?: number;
  /** Of what is not JSON, such as a stream of server-sent events. */
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
  summary: 'The entry in Redis to the byte; a problem where something of it is hidden',
  action: 'view',
  type: 'application/octet-stream',
};
const operation = { answer: ref('Operation'), status: 202 };

const routes: Readonly<Record<string, Route>> = {
  'GET /openapi.json': { summary: 'This document', action: 'view', answer: { type: 'object' } },
  'GET /me': {
    summary: 'What the user may do, and in which namespace',
    action: 'view',
    answer: object({ actions: list(oneOf(ACTIONS)), readOnly: boolean, namespace: string }),
  },
  'GET /snapshot': {
    summary: 'Counts, queues, pools and what runs, now',
    action: 'view',
    answer: ref('Snapshot'),
  },
  'GET /events': {
    summary: 'Events "snapshot" (a Snapshot) every two seconds, or "unreachable"',
    action: 'view',
    type: 'text/event-stream',
  },
  'GET /running/{worker}': {
    summary: 'What a worker is doing, with all of the arguments',
    action: 'view',
    answer: ref('Running'),
  },
  'GET /search': {
    summary:
      'Events "waiting" while others search, "hits" (a list of { set, job, queue?, workerId? }), "progress" ({ seen, total }), "end" or "failed"; 429 when too many search',
    action: 'view',
    query: {
      q: { ...string, minLength: 1, maxLength: 200 },
      'in?': oneOf(SEARCHED),
      'name?': name,
    },
    type: 'text/event-stream',
  },
  'GET /metrics': {
    summary: 'What the workers of this project did lately',
    action: 'view',
    query: {
      'range?': { ...oneOf(['1h', '6h', '24h', '7d', '30d']), default: '1h' },
      'name?': name,
    },
    answer: ref('Metrics'),
  },
  'GET /rates': {
    summary: 'What each job name did in each of the last 30 minutes, oldest first',
    action: 'view',
    answer: ref('Rates'),
  },
  'GET /periodic': {
    summary: 'The schedules that live pools register',
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
    summary: 'What in Redis endangers jobs, or is not as it should be',
    action: 'view',
    answer: ref('Health'),
  },
  'POST /operations/{id}/cancel': {
    summary:
      'Ends work on many jobs, in whatever process; what it has done stays done. Needs the action of the operation',
    action: 'view',
  },
  'GET /queues/{name}/jobs': {
    summary: 'Waiting jobs, next to be taken first',
    action: 'view',
    query: { 'from?': from, 'limit?': limit },
    answer: ref('WaitingList'),
  },
  'GET /queues/{name}/jobs/{position}/{id}': {
    summary: 'A waiting job, looked for near the position where it was seen',
    action: 'view',
    answer: ref('JobDetail'),
  },
  'GET /queues/{name}/jobs/{position}/{id}/entry': { ...entry },
  'POST /queues/{name}/delete': {
    summary:
      'Deletes some waiting jobs: each "deleted", "notFound" or "tooDeep" in a very long queue',
    action: 'delete',
    body: object({
      jobs: { ...list(object({ position: integer, id: string })), minItems: 1, maxItems: 200 },
    }),
    answer: results,
  },
  'POST /queues/{name}/pause': {
    summary: 'Pauses a queue, for some seconds or until it is resumed',
    action: 'pause',
    body: object({ 'seconds?': { ...integer, minimum: 1, maximum: 31_536_000 } }),
  },
  'POST /queues/{name}/resume': { summary: 'Resumes a queue', action: 'pause' },
  'POST /queues/{name}/limit': {
    summary: 'Limits how many jobs of the name run at once; 0 is no limit',
    action: 'limit',
    body: object({ limit: { ...integer, minimum: 0, maximum: 1_000_000 } }),
  },
  'POST /queues/{name}/empty': {
    summary: 'Deletes all waiting jobs',
    action: 'empty',
    ...operation,
  },
  'GET /jobs/{set}': {
    summary: 'Scheduled, retry or dead jobs by time',
    action: 'view',
    query: {
      'from?': { ...from, description: 'how many to pass over: "next" of the list before' },
      'at?': { ...integer, description: 'instead of "from": begin at this time, in seconds' },
      'limit?': limit,
      'name?': name,
      'order?': { ...oneOf(['asc', 'desc']), description: 'by default dead jobs are newest first' },
    },
    answer: ref('JobList'),
  },
  'GET /jobs/{set}/count': {
    summary: 'How many jobs of a name there are',
    action: 'view',
    query: { name },
    answer: object({
      count: integer,
      exact: {
        ...boolean,
        description: 'an estimate where there are more than 10,000 of all names',
      },
    }),
  },
  'GET /jobs/{set}/{at}/{id}': { summary: 'A job', action: 'view', answer: ref('JobDetail') },
  'GET /jobs/{set}/{at}/{id}/entry': { ...entry },
  'POST /jobs/{set}/run': {
    summary:
      'Moves some to their queues now: each "enqueued", "notFound", "duplicate" or "unknown"',
    action: 'retry',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/{set}/delete': {
    summary: 'Deletes some: each "deleted" or "notFound"',
    action: 'delete',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/retry/kill': {
    summary: 'Moves some to the dead jobs: each "killed" or "notFound"',
    action: 'kill',
    body: object(selected),
    answer: results,
  },
  'POST /jobs/cancel': {
    summary:
      'Cancels a job: "removed" while it waited, "signalled" to the pool that runs it, "marked" to be dropped in its turn, "ignored" by a Go pool, or "notFound"',
    action: 'cancel',
    body: object({ id: string, name }),
    answer: object({
      result: oneOf(['removed', 'signalled', 'marked', 'ignored', 'notFound']),
    }),
  },
  'POST /jobs/{set}/run-all': {
    summary: 'Moves all, or those of a name, to their queues now',
    action: 'retry',
    body: ofName,
    ...operation,
  },
  'POST /jobs/{set}/delete-all': {
    summary: 'Deletes all, or those of a name',
    action: 'delete',
    body: ofName,
    ...operation,
  },
  'POST /jobs/retry/kill-all': {
    summary: 'Has all, or those of a name, be dead',
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
    description: 'when it runs, or died, in seconds since the epoch; or "null", as a list tells it',
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
    description: 'with a JSON body and the same origin: the defence against other sites',
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

/** The dashboard's JSON API; paths are relative to the document itself. Each operation names its action. */
export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Nestcraft Work dashboard',
    version: '1',
    description:
      'Watch and manage background jobs. Errors are application/problem+json. In paths, a name or an id that is "." or ".." is sent with a "~" before it, and one that looks like that, such as "~..", with one more: browsers take dots out of paths.',
  },
  servers: [{ url: '.' }],
  paths: paths(),
  components: { schemas },
} as const;
