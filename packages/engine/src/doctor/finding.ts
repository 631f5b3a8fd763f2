import { errorLine } from '../errors/error-text.js';
import { isReply } from '../errors/redis-reply.js';

/** How good a finding is. `unknown`: Redis does not say, for example because a managed Redis refuses the question. */
export type FindingLevel = 'ok' | 'unknown' | 'warning' | 'error';

/** The subject of a finding: the Redis server, the worker pools, or the jobs in Redis. */
export type FindingSubject = 'redis' | 'pools' | 'jobs';

/** The codes of findings about the Redis server. */
export type ServerCode =
  /** The version of Redis. */
  | 'redisVersion'
  /** Whether the server is the master. */
  | 'role'
  /** Whether Redis evicts keys when its memory is full. */
  | 'evictionPolicy'
  /** Whether Redis has evicted keys since it was started. */
  | 'evictions'
  /** The used share of the memory. */
  | 'memory'
  /** Whether Redis writes its data to disk, and how. */
  | 'persistence'
  /** Whether the last write to disk succeeded. */
  | 'persistenceStatus'
  /** Whether the master waits for its replicas. */
  | 'replicas'
  /** The used share of the connections. */
  | 'clients'
  /** Whether the server limits the memory for replies too tightly. */
  | 'outputBuffers'
  /** Whether Redis can watch all keys for which pools wait. */
  | 'trackingTable'
  /** Whether Redis forgets scripts. */
  | 'scriptCache'
  /** The difference between the clocks of Redis and this process. */
  | 'clock'
  /** The time from this process to Redis and back. */
  | 'roundTrip';

/** The codes of findings about this process's access to Redis. */
export type AccessCode =
  /** Whether the namespace can work with this Redis, in a Cluster for instance. */
  | 'cluster'
  /** Whether the Redis user may run all commands that this library needs. */
  | 'permissions'
  /** Whether Redis reports changed keys to pools. */
  | 'tracking'
  /** Whether this version understands the data that newer versions wrote. */
  | 'format';

/** The codes of findings about worker pools. */
export type PoolCode =
  /** Registered pools that no longer beat. */
  | 'deadPools'
  /** Registered pools without a heartbeat. */
  | 'silentPools'
  /** Pools of gocraft/work whose clocks are ahead of Redis's. */
  | 'poolClocks'
  /** Names with waiting jobs that no running pool handles. */
  | 'unhandledNames'
  /** Schedules whose jobs no running pool handles. */
  | 'unhandledSchedules'
  /** Pools of gocraft/work, and the names that only they handle. */
  | 'goPools';

/** The codes of findings about the jobs in Redis. */
export type DataCode =
  /** Locks that differ from the jobs in progress. */
  | 'locks'
  /** Jobs in progress in pools that are not registered. */
  | 'orphans'
  /** Jobs that are due but are not moved to their queues. */
  | 'overdue'
  /** Scheduled jobs and retries of names that nobody ever registered. */
  | 'unknownNames'
  /** Entries that are not jobs. */
  | 'notJobs'
  /** Entries whose time is not in whole seconds. */
  | 'fractionalTimes';

/** The code of a finding. It never changes, so that programs can rely on it. */
export type FindingCode = ServerCode | AccessCode | PoolCode | DataCode;

/** The result of one check. */
export interface Finding {
  readonly code: FindingCode;
  readonly subject: FindingSubject;
  readonly level: FindingLevel;
  /** The state and its effect as plain sentences, with names and numbers. */
  readonly text: string;
  /** The action that solves the problem, such as a command of Redis; `undefined` if there is no problem. */
  readonly remedy: string | undefined;
  /** The figures behind the text, for programs. Times are in milliseconds, sizes in bytes. */
  readonly details: FindingDetails;
}

/** The figures of a finding. */
export type FindingDetails = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** A finding without its code and subject. */
export type Verdict = Omit<Finding, 'code' | 'subject'>;

export function good(text: string, details: FindingDetails = {}): Verdict {
  return { level: 'ok', text, remedy: undefined, details };
}

export function unknown(text: string, remedy: string): Verdict {
  return { level: 'unknown', text, remedy, details: {} };
}

/**
 * Returns the verdict of checks whose facts Redis refuses to tell, to a user without the permission for instance.
 *
 * @throws the error, unless it is a reply of Redis
 */
export function unexamined(error: unknown): Verdict {
  if (!isReply(error)) throw error;
  return unknown(
    `This was not examined, because Redis answers: ${errorLine(error)}`,
    'NOPERM: grant the commands and keys that the finding "permissions" names. WRONGTYPE: find out which other program writes keys of this namespace.',
  );
}

export function warning(text: string, remedy: string, details: FindingDetails = {}): Verdict {
  return { level: 'warning', text, remedy, details };
}

export function failure(text: string, remedy: string, details: FindingDetails = {}): Verdict {
  return { level: 'error', text, remedy, details };
}

/** Gives verdicts their codes and their subject. */
export function findingsOf<Code extends FindingCode>(
  subject: FindingSubject,
  verdicts: Readonly<Partial<Record<Code, Verdict>>>,
): Finding[] {
  const entries = Object.entries(verdicts) as [Code, Verdict][];
  return entries.map(([code, verdict]) => ({ code, subject, ...verdict }));
}

/** Returns the findings of all checks about the same facts. */
export function findingsBy<Code extends FindingCode, Facts>(
  checks: Readonly<Record<Code, (facts: Facts) => Verdict>>,
  subject: FindingSubject,
  facts: Facts,
): Finding[] {
  const entries = Object.entries(checks) as [Code, (facts: Facts) => Verdict][];
  return entries.map(([code, check]) => ({ code, subject, ...check(facts) }));
}

const LEVELS: readonly FindingLevel[] = ['ok', 'unknown', 'warning', 'error'];

/** Returns the worst level of the findings; `ok` if there are none. */
export function worst(findings: readonly Pick<Finding, 'level'>[]): FindingLevel {
  const ranks = findings.map(({ level }) => LEVELS.indexOf(level));
  return LEVELS[Math.max(0, ...ranks)] ?? 'ok';
}

/** Returns the findings sorted by level, the worst first. Findings of one level keep their order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
}
