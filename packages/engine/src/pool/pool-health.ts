import { duration, milliseconds, type Duration } from '../options/duration.js';
import { assertOptions, type OptionTable } from '../options/option-rules.js';

/** From when on a pool counts as unhealthy: milliseconds, or texts such as `30s`; each at least 1 ms. */
export interface HealthLimits {
  /** `down` when a pool with idle workers has had no answer to a fetch for this long; default 15 s. */
  readonly fetch?: Duration | undefined;
  /** `down` when its heartbeat is this old; default 10 s, when other pools take it for dead. */
  readonly beat?: Duration | undefined;
  /** `degraded` when a job of its names has waited for this long; default 5 min. Paused queues do not count. */
  readonly waiting?: Duration | undefined;
}

/** The figures behind a pool's health. Times in milliseconds. */
export interface HealthFigures {
  /** Redis is connected, and the pool registered and not stopping. */
  readonly isReady: boolean;
  /** Jobs that run, of at most `concurrency`. */
  readonly busy: number;
  readonly concurrency: number;
  /** Time since a fetch was answered; `undefined` before the pool has started. */
  readonly fetchAge: number | undefined;
  /** Age of the last heartbeat that Redis has, to the second; `undefined` if there is none, or Redis is out of reach. */
  readonly beatAge: number | undefined;
  /** Of the jobs that are next in the pool's queues, the one that has waited longest, and for how long, to the second. */
  readonly oldestWaiting: { readonly jobName: string; readonly age: number } | undefined;
  /** The names of all waiting jobs for which no running pool has a handler. */
  readonly unhandled: readonly string[];
}

/** What is known of a pool for as long as Redis was not asked. */
export const UNREAD = { beatAge: undefined, oldestWaiting: undefined, unhandled: [] } as const;

/** How a pool is. */
export interface PoolHealth extends HealthFigures {
  /** `down`: it runs no jobs, or will not for long. `degraded`: it does, but somebody should have a look. */
  readonly status: 'up' | 'degraded' | 'down';
  /** What is wrong, in sentences; empty when it is up. */
  readonly problems: readonly string[];
}

/** The limits in milliseconds. */
export type HealthAges = Readonly<Record<keyof HealthLimits, number>>;

const AGE = duration(1, Infinity, 'at least 1 ms');

/** The rules of the limits. */
export const HEALTH_LIMITS: OptionTable<HealthLimits> = { fetch: AGE, beat: AGE, waiting: AGE };

/** @throws InvalidOptionError */
export function healthLimits(limits: HealthLimits): HealthAges {
  assertOptions('health', limits, HEALTH_LIMITS);
  const { fetch = '15s', beat = '10s', waiting = '5m' } = limits;
  return {
    fetch: milliseconds('fetch', fetch),
    beat: milliseconds('beat', beat),
    waiting: milliseconds('waiting', waiting),
  };
}

/** Decides by the figures. That Redis answers is not enough: a pool is up when its fetches succeed. */
export function judge(
  figures: HealthFigures,
  limits: HealthAges,
  { unreachable, unregistered, refused }: Obstacles = {},
): PoolHealth {
  const grave = graveProblems(figures, limits, { unreachable, unregistered });
  const problems = [...grave, ...otherProblems(figures, limits, refused)];
  const status = grave.length > 0 ? 'down' : problems.length > 0 ? 'degraded' : 'up';
  return { status, problems, ...figures };
}

/** Why a pool does not get its work done in Redis. */
export interface Obstacles {
  /** Why Redis does not answer, or refuses; a sentence. */
  readonly unreachable?: string | undefined;
  /** Why Redis refuses to register the pool. */
  readonly unregistered?: string | undefined;
  /** Why Redis refuses the writes of a registered pool. */
  readonly refused?: string | undefined;
}

function graveProblems(
  { isReady, busy, concurrency, fetchAge, beatAge }: HealthFigures,
  { fetch, beat }: HealthAges,
  { unreachable, unregistered }: Obstacles,
): string[] {
  if (unreachable !== undefined) return [unreachable];
  if (unregistered !== undefined) return [`The worker pool cannot be registered: ${unregistered}`];
  if (!isReady) return ['The worker pool is not started, not registered yet, or stopping.'];
  const problems: string[] = [];
  // Without an idle worker nothing is fetched.
  if (busy < concurrency && fetchAge !== undefined && fetchAge > fetch) {
    problems.push(`No fetch was answered for ${seconds(fetchAge)}.`);
  }
  if (beatAge === undefined) problems.push('The pool has no heartbeat: others may take its jobs.');
  else if (beatAge > beat) {
    problems.push(
      `The last heartbeat is ${seconds(beatAge)} old: others may take the pool's jobs.`,
    );
  }
  return problems;
}

function otherProblems(
  { oldestWaiting, unhandled }: HealthFigures,
  { waiting }: HealthAges,
  refused: string | undefined,
): string[] {
  const problems: string[] = [];
  if (refused !== undefined) {
    problems.push(
      `Redis refuses writes, so nothing is enqueued and schedules stand still: ${refused}`,
    );
  }
  if (oldestWaiting && oldestWaiting.age > waiting) {
    const { jobName, age } = oldestWaiting;
    problems.push(`A job "${jobName}" has waited for ${seconds(age)}.`);
  }
  if (unhandled.length > 0) {
    const names = unhandled.map((name) => `"${name}"`).join(', ');
    problems.push(`Jobs wait that no running pool handles: ${names}.`);
  }
  return problems;
}

function seconds(age: number): string {
  return `${Math.round(age / 1000)} s`;
}
