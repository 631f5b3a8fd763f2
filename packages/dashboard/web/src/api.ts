/** Times in seconds since the epoch, unless said otherwise. */
export interface Queue {
  jobName: string;
  count: number;
  latency: number;
  inProgress: number;
  maxConcurrency: number;
  paused: boolean;
  pausedUntil?: number;
  pools: number;
}

export interface Pool {
  workerPoolId: string;
  /** Which of the snapshot's lists of names. */
  nameList: number;
  concurrency: number;
  host: string;
  pid: number;
  engine: 'nestcraft' | 'gocraft';
  busy: number;
  startedAt: number;
  heartbeatAt: number;
}

export interface Running {
  workerId: string;
  jobName: string;
  jobId: string;
  startedAt: number;
  args: string;
  checkin?: string;
  checkinAt?: number;
  host?: string;
  pid?: number;
}

export interface Progress {
  total: number;
  seen: number;
  done: number;
  duplicates: number;
  unknown: number;
}

export interface Operation {
  id: string;
  title: string;
  action: Action;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  progress?: Progress;
  error?: string;
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  time: number;
  counts: { scheduled: number; retry: number; dead: number };
  queues: Queue[];
  pools: Pool[];
  nameLists: string[][];
  /** The first thousand. */
  running: Running[];
  busy: number;
  operations: Operation[];
}

export interface Job {
  id: string;
  name: string;
  at?: number;
  position?: number;
  enqueuedAt?: number;
  args: string;
  fails: number;
  error?: string;
  failedAt?: number;
  unique: boolean;
  broken: boolean;
}

export interface Attempt {
  at: number;
  /** Milliseconds; undefined if its process died. */
  duration?: number;
  fails: number;
  error: string;
  backtrace?: string;
  host: string;
  pid: number;
}

export interface JobDetail extends Job {
  /** The newest first. */
  attempts: Attempt[];
  backtrace?: string;
  uniqueKey?: string;
  text: string;
  /** Whether the arguments or the text are only the beginning. */
  truncated: boolean;
  /** Whether the whole entry may be had, at `…/entry`. */
  downloadable: boolean;
}

export interface WaitingList {
  total: number;
  from: number;
  next?: number;
  jobs: Job[];
}

export interface JobList extends WaitingList {
  /** How many were looked at. */
  seen: number;
}

export interface JobCount {
  count: number;
  /** Else it is an estimate. */
  exact: boolean;
}

/** In each of the last 30 minutes, oldest first. */
export interface Rate {
  jobName: string;
  done: number[];
  failed: number[];
}

export interface Percentiles {
  p50?: number;
  p95?: number;
  p99?: number;
}

export interface JobMetrics {
  done: number;
  failed: number;
  dead: number;
  /** Milliseconds. */
  time: number;
  run: Percentiles;
  wait: Percentiles;
}

export interface Metrics {
  step: number;
  intervals: (JobMetrics & { start: number })[];
  total: JobMetrics;
  jobs: (JobMetrics & { jobName: string })[];
  jobsSince: number;
}

export interface Schedule {
  id: string;
  jobName: string;
  spec: string;
  overlap: string;
  missed: string;
  pools: number;
  next: number[];
  last?: {
    jobId: string;
    result: 'done' | 'failed' | 'dead';
    at: number;
    /** Milliseconds. */
    duration: number;
    error?: string;
  };
}

export interface Health {
  version: string;
  role: string;
  usedMemory: number;
  maxMemory: number;
  clients: number;
  operationsPerSecond: number;
  /** Milliseconds from the server to Redis and back. */
  roundTrip: number;
  /** Milliseconds by which the server's clock is ahead of Redis's. */
  skew: number;
  findings: { severity: 'danger' | 'warning'; what: string; remedy: string }[];
  integrity: { kind: string; what: string; consequence: string; remedy: string }[];
}

export type Action =
  'view' | 'retry' | 'delete' | 'kill' | 'cancel' | 'pause' | 'limit' | 'empty' | 'run';
export type SetName = 'scheduled' | 'retry' | 'dead';

/** What the server answered instead of what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** All addresses are relative to the page, so that it works below any path and behind any proxy. */
export async function get<Result>(path: string): Promise<Result> {
  return answer(await fetch(`api/${path}`, { headers: { accept: 'application/json' } }));
}

export async function post<Result = unknown>(path: string, body: object = {}): Promise<Result> {
  return answer(
    await fetch(`api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nestcraft': '1' },
      body: JSON.stringify(body),
    }),
  );
}

async function answer<Result>(response: Response): Promise<Result> {
  if (response.status === 204) return undefined as Result;
  const body = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return body as Result;
  throw new ApiError(response.status, body.detail ?? `The server answered ${response.status}.`);
}
