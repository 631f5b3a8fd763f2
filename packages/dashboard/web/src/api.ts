import { ApiError, isSignedOut, UnreachableError, type Problem } from './problems';
import { Store } from './store';

// The server's own types, not copies.
export type { BulkTask, Progress } from '../../src/bulk/bulk-task';
export type { DashboardAction as Action } from '../../src/options/actions';
export type { JobSetName } from '../../src/options/set-names';
export type { Hit, Searched } from '../../src/search/hit';
export type {
  AttemptView as Attempt,
  JobCountView as JobCount,
  JobDetailView as JobDetail,
  JobListView as JobList,
  JobView as Job,
  RunningView as Running,
  WaitingListView as WaitingList,
} from '../../src/views/job-view';
export type {
  ExplanationView as Explanation,
  ReasonView as Reason,
} from '../../src/views/explanation-view';
export type {
  JobMetricsView as JobMetrics,
  MetricsView as Metrics,
  RatesView as Rate,
} from '../../src/views/metrics-view';
export type {
  HealthView as Health,
  LockRepairsView as LockRepairs,
} from '../../src/views/health-view';
export type { ScheduleView as Schedule } from '../../src/views/schedule-view';
export type {
  LoggedStallView as LoggedStall,
  StallView as Stall,
} from '../../src/views/stall-view';
export type { SessionView as Session } from '../../src/views/session-view';
export type { PoolView as Pool, QueueView as Queue, Snapshot } from '../../src/views/snapshot-view';

/** The refusal that affects the whole page: the user is signed out. */
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
 * Sends a request to the server. All addresses are relative to the page, so that it works below any path and behind any
 * proxy.
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

/** Omits the user and password that the page's own address may contain: `fetch` rejects addresses with them. */
function apiUrl(path: string): URL {
  return new URL(`api/${path}`, location.origin + location.pathname);
}

async function errorOf(response: Response): Promise<ApiError> {
  // Some servers are behind a proxy that answers with its own sign-in page.
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
