import { assertOptions, rule, type OptionTable } from '../options/option-rules.js';

/** When a pool's health is doubted. All in seconds. */
export interface HealthLimits {
  /** `down` when a pool with idle workers has had no answer to a fetch for so long; default 15. */
  readonly fetch?: number | undefined;
  /** `down` when its heartbeat is so old; default 10, when other pools take it for dead. */
  readonly beat?: number | undefined;
  /** `degraded` when a job of its names has waited for so long; default 300. Paused queues do not count. */
  readonly waiting?: number | undefined;
}

/** What is known of a pool. */
export interface HealthFigures {
  /** Redis is connected, and the pool registered and not stopping. */
  readonly isReady: boolean;
  /** Jobs that run, of at most `concurrency`. */
  readonly busy: number;
  readonly concurrency: number;
  /** Seconds since a fetch was answered; `undefined` before the pool has started. */
  readonly fetchAge: number | undefined;
  /** Seconds since the last heartbeat that Redis has; `undefined` where there is none, or Redis is out of reach. */
  readonly beatAge: number | undefined;
  /** The job of the pool's names that is to be taken next and has waited longest, and for how many seconds. */
  readonly oldestWaiting: { readonly jobName: string; readonly seconds: number } | undefined;
  /** The names of all waiting jobs for which no running pool has a handler. */
  readonly unhandled: readonly string[];
}

/** How a pool is. */
export interface PoolHealth extends HealthFigures {
  /** `down`: it runs no jobs, or will not for long. `degraded`: it does, but somebody should have a look. */
  readonly status: 'up' | 'degraded' | 'down';
  /** What is wrong, in sentences; empty when it is up. */
  readonly problems: readonly string[];
}

const DEFAULTS: Required<HealthLimits> = { fetch: 15, beat: 10, waiting: 300 };

const AGE = rule('seconds, more than 0', (value) => {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
});

/** What the limits may be. */
export const HEALTH_LIMITS: OptionTable<HealthLimits> = { fetch: AGE, beat: AGE, waiting: AGE };

/** @throws InvalidOptionError */
export function healthLimits(limits: HealthLimits): Required<HealthLimits> {
  assertOptions('health', limits, HEALTH_LIMITS);
  const { fetch = DEFAULTS.fetch, beat = DEFAULTS.beat, waiting = DEFAULTS.waiting } = limits;
  return { fetch, beat, waiting };
}

/**
 * What the figures say. That Redis answers is not enough: a pool is up when its fetches succeed.
 */
export function judge(
  figures: HealthFigures,
  limits: Required<HealthLimits>,
  { unreachable, unregistered, refused }: Obstacles = {},
): PoolHealth {
  const grave = graveProblems(figures, limits, { unreachable, unregistered });
  const problems = [...grave, ...otherProblems(figures, limits, refused)];
  const status = grave.length > 0 ? 'down' : problems.length > 0 ? 'degraded' : 'up';
  return { status, problems, ...figures };
}

/** What keeps a pool from Redis. */
export interface Obstacles {
  /** A sentence: Redis does not answer, or refuses, and why. */
  readonly unreachable?: string | undefined;
  /** Why Redis does not take the registration of the pool. */
  readonly unregistered?: string | undefined;
  /** Why Redis refuses what a registered pool writes. */
  readonly refused?: string | undefined;
}

function graveProblems(
  { isReady, busy, concurrency, fetchAge, beatAge }: HealthFigures,
  { fetch, beat }: Required<HealthLimits>,
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
  { waiting }: Required<HealthLimits>,
  refused: string | undefined,
): string[] {
  const problems: string[] = [];
  if (refused !== undefined) {
    problems.push(
      `Redis refuses writes, so nothing is enqueued and schedules stand still: ${refused}`,
    );
  }
  if (oldestWaiting && oldestWaiting.seconds > waiting) {
    const { jobName, seconds: waited } = oldestWaiting;
    problems.push(`A job "${jobName}" has waited for ${seconds(waited)}.`);
  }
  if (unhandled.length > 0) {
    const names = unhandled.map((name) => `"${name}"`).join(', ');
    problems.push(`Jobs wait that no running pool handles: ${names}.`);
  }
  return problems;
}

function seconds(count: number): string {
  return `${Math.round(count)} s`;
}
