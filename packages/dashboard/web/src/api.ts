import { ApiError, isSignedOut, UnreachableError, type Problem } from './problems';
import { Store } from './store';

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
  /** How many there are to look at. */
  of: number;
  /** How many were looked at: of all names, where jobs of one are asked for. */
  scanned: number;
  /** With how many it was done. */
  done: number;
  duplicates: number;
  unknown: number;
}

export interface Operation {
  id: string;
  title: string;
  action: Action;
  /** `interrupted`: its process ended before it did. */
  state: 'running' | 'done' | 'cancelled' | 'failed' | 'interrupted';
  progress?: Progress;
  /** When it ended, where the server says so. */
  endedAt?: number;
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
  /** The score of its set; `null` for one that is no time. */
  at?: number | null;
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
    result: 'done' | 'failed' | 'dead' | 'dropped' | 'cancelled';
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
  findings: { severity: 'danger' | 'critical' | 'warning'; what: string; remedy: string }[];
  integrity: { kind: string; what: string; consequence: string; remedy: string }[];
}

export type Action =
  | 'view'
  | 'viewArgs'
  | 'retry'
  | 'delete'
  | 'kill'
  | 'cancel'
  | 'pause'
  | 'limit'
  | 'empty'
  | 'run';
export type SetName = 'scheduled' | 'retry' | 'dead';

/** Where jobs can be searched. */
export type Searched = SetName | 'waiting' | 'running';

/** The refusal that the page as a whole has met: the user is signed out. */
export const refusal = new Store<ApiError | undefined>(undefined);

/** @throws ApiError, UnreachableError */
export async function get<Result>(path: string): Promise<Result> {
  const response = await ask(path, { headers: { accept: 'application/json' } });
  return (await jsonOf(response)) as Result;
}

/** @throws ApiError, UnreachableError */
export async function post<Result = unknown>(path: string, body: object = {}): Promise<Result> {
  const response = await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-nestcraft': '1' },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await jsonOf(response)) as Result;
}

/**
 * Asks the server. All addresses are relative to the page, so that it works below any path and behind any proxy.
 *
 * @throws ApiError, UnreachableError
 */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(apiUrl(path), init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new UnreachableError({ cause: error });
  });
  if (response.ok && !isPage(response)) {
    refusal.set(undefined);
    return response;
  }
  throw await errorOf(response);
}

/** Without the user and the password that the page's own address may hold: `fetch` refuses addresses that have them. */
function apiUrl(path: string): URL {
  return new URL(`api/${path}`, location.origin + location.pathname);
}

async function errorOf(response: Response): Promise<ApiError> {
  // Before some servers stands a proxy that answers with its page for signing in.
  const status = response.ok ? 401 : response.status;
  const problem = (await response.json().catch(() => ({}))) as Problem | null;
  const error = new ApiError(status, problem ?? {}, response.headers.get('retry-after'));
  if (isSignedOut(error)) refusal.set(error);
  return error;
}

function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}

function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch((error: unknown) => {
    throw new UnreachableError({ cause: error });
  });
}
