import { ACTIONS } from '../options/actions.js';
import { STALL_KINDS } from '../views/stall-view.js';
import { EXPLAINED_STATES, VERDICTS } from '../views/explanation-view.js';
import { SETS } from '../options/set-names.js';
import {
  boolean,
  integer,
  list,
  number,
  object,
  oneOf,
  ref,
  string,
  time,
  type Schema,
} from './openapi-schema.js';

const LEVELS = ['ok', 'unknown', 'warning', 'error'] as const;

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

const STALL = {
  kind: oneOf(STALL_KINDS),
  'subject?': { ...string, description: "the job's name, or the id of the schedule" },
  since: time,
  text: string,
  remedy: string,
};

const COUNTS = {
  done: integer,
  failed: integer,
  dead: integer,
  time: { ...number, description: 'total milliseconds of all runs' },
  run: ref('Percentiles'),
  wait: ref('Percentiles'),
};

/** The schemas of the document, by name. */
export const OPENAPI_SCHEMAS: Readonly<Record<string, Schema>> = {
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
  Reason: object({
    code: { ...string, description: 'names the reason; never changes' },
    text: string,
    'since?': time,
    'until?': { ...time, description: 'when it ends by itself, in seconds since the epoch' },
    by: {
      ...list(object({ 'poolId?': string, 'host?': string, 'jobId?': string })),
      description: 'the pools or jobs that cause it',
      maxItems: 10,
    },
    remedy: string,
    'error?': string,
  }),
  Explanation: object({
    'id?': { ...string, description: 'missing if no job was found' },
    'jobName?': string,
    state: oneOf(EXPLAINED_STATES),
    verdict: {
      ...oneOf(VERDICTS),
      description: 'blocked: it does not start before somebody acts',
    },
    reasons: { ...list(ref('Reason')), description: 'ordered by what must change first' },
    'position?': { ...integer, description: 'position in its queue; 1 is next' },
    'startsAt?': {
      ...time,
      description: 'when it is expected to start, in seconds since the epoch',
    },
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
  BulkTask: object({
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
  Stall: object(STALL),
  LoggedStall: object({
    ...STALL,
    'recoveredAt?': { ...time, description: 'when work went on; missing in the note of a stall' },
  }),
  Snapshot: object({
    time: { ...integer, description: "milliseconds since the epoch, by the server's clock" },
    counts: object({ scheduled: integer, retry: integer, dead: integer }),
    queues: list(ref('Queue')),
    pools: list(ref('Pool')),
    nameLists: list(list(string)),
    running: { ...list(ref('Running')), maxItems: 1_000 },
    busy: { ...integer, description: 'number of busy workers' },
    stalls: { ...list(ref('Stall')), maxItems: 20, description: 'the oldest stalls' },
    stalling: { ...integer, description: 'number of stalls' },
    bulkTasks: list(ref('BulkTask')),
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
  LockRepairs: object({
    repairs: {
      ...list(object({ jobName: string, before: integer, after: integer })),
      maxItems: 100,
    },
    total: { ...integer, description: 'number of wrong locks' },
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
