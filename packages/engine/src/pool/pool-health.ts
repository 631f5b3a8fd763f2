import { duration, milliseconds } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import { assertOptions, type OptionTable } from '../options/option-rules.js';

/** The limits beyond which a pool is unhealthy: milliseconds, or texts such as `30s`; each at least 1 ms. */
export interface HealthLimits {
  /** `down` when a pool with idle workers has had no reply to a fetch for this long; default 15 s. */
  readonly fetch?: Duration | undefined;
  /** `down` when its heartbeat is this old; default 10 s, the age at which other pools take it for dead. */
  readonly beat?: Duration | undefined;
  /** `degraded` when a job of the pool's names has waited for this long; default 5 min. Paused queues do not count. */
  readonly waiting?: Duration | undefined;
}

/** The figures behind a pool's health. Times are in milliseconds. */
export interface HealthFigures {
  /** Whether Redis is connected, and the pool is registered and not stopping. */
  readonly isReady: boolean;
  /** The number of running jobs, at most `concurrency`. */
  readonly busy: number;
  readonly concurrency: number;
  /** The time since Redis last answered a fetch; `undefined` before the pool has started. */
  readonly fetchAge: number | undefined;
  /** The age of the heartbeat in Redis, to the second; `undefined` if Redis has none or is unreachable. */
  readonly beatAge: number | undefined;
  /** The job that has waited longest among the next jobs of the pool's queues, and its wait, to the second. */
  readonly oldestWaiting: { readonly jobName: string; readonly age: number } | undefined;
  /** The names of waiting jobs that no running pool handles. */
  readonly unhandled: readonly string[];
}

/** The figures from Redis before it was asked. */
export const UNREAD = { beatAge: undefined, oldestWaiting: undefined, unhandled: [] } as const;

/** The health of a pool. */
export interface PoolHealth extends HealthFigures {
  /** `down`: the pool runs no jobs, or soon will not. `degraded`: it runs jobs, but something needs attention. */
  readonly status: 'up' | 'degraded' | 'down';
  /** The problems, each as a sentence; empty when the pool is up. */
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

/** Derives the health from the figures. A reply from Redis is not enough: a pool is up when its fetches succeed. */
export function judge(
  figures: HealthFigures,
  limits: HealthAges,
  { unreachable, unregistered, refused, stalls = [] }: Obstacles = {},
): PoolHealth {
  const grave = graveProblems(figures, limits, { unreachable, unregistered });
  const problems = [...grave, ...otherProblems(figures, limits, refused), ...stalls];
  const status = grave.length > 0 ? 'down' : problems.length > 0 ? 'degraded' : 'up';
  return { status, problems, ...figures };
}

/** The reasons that keep a pool from working in Redis. */
export interface Obstacles {
  /** Why Redis does not answer, or refuses; a full sentence. */
  readonly unreachable?: string | undefined;
  /** Why Redis refuses to register the pool. */
  readonly unregistered?: string | undefined;
  /** Why Redis refuses the writes of a registered pool. */
  readonly refused?: string | undefined;
  /** What the alerts say; each a full sentence. */
  readonly stalls?: readonly string[] | undefined;
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
  // The pool fetches only while a worker is idle.
  if (busy < concurrency && fetchAge !== undefined && fetchAge > fetch) {
    problems.push(`Redis has not answered a fetch for ${seconds(fetchAge)}.`);
  }
  if (beatAge === undefined)
    problems.push('The pool has no heartbeat: other pools may take its jobs.');
  else if (beatAge > beat) {
    problems.push(
      `The last heartbeat is ${seconds(beatAge)} old: other pools may take the pool's jobs.`,
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
      `Redis refuses writes, so no jobs are enqueued and schedules do not fire: ${refused}`,
    );
  }
  if (oldestWaiting && oldestWaiting.age > waiting) {
    const { jobName, age } = oldestWaiting;
    problems.push(`A "${jobName}" job has waited for ${seconds(age)}.`);
  }
  if (unhandled.length > 0) {
    const names = unhandled.map((name) => `"${name}"`).join(', ');
    problems.push(`No running pool handles these waiting jobs: ${names}.`);
  }
  return problems;
}

function seconds(age: number): string {
  return `${Math.round(age / 1000)} s`;
}
