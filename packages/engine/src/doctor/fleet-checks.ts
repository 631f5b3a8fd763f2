import { counted } from '../base/counted.js';
import { didYouMean } from '../options/closest.js';
import type { RegisteredSchedule, WorkerPoolHeartbeat } from '../stores/fleet.js';
import { beatAge, DEAD_AFTER, handledNames } from '../stores/handled-names.js';
import type { QueueStatus } from '../stores/queues.js';
import {
  failure,
  findingsBy,
  good,
  unexamined,
  warning,
  type Finding,
  type PoolCode,
  type Verdict,
} from './finding.js';

/** The pools of a namespace and their queues, as read at one time. */
export interface FleetFacts {
  readonly pools: readonly WorkerPoolHeartbeat[];
  readonly queues: readonly Pick<QueueStatus, 'jobName' | 'count'>[];
  /** Seconds since the epoch, on the clock that beats follow. */
  readonly now: number;
}

/** A check of all pools together. */
export type FleetCheck = (fleet: FleetFacts) => Verdict;

/** The checks of pools, by the codes of their findings. */
export const FLEET_CHECKS: Readonly<Record<Exclude<PoolCode, 'silentPools'>, FleetCheck>> = {
  deadPools,
  poolClocks,
  unhandledNames,
  unhandledSchedules,
  goPools,
};

/** Returns the findings of all checks where Redis refuses to tell the facts. @throws the error, unless it is a reply */
export function unexaminedFleet(error: unknown): Finding[] {
  return Object.keys(FLEET_CHECKS).flatMap((code) =>
    findingsBy(
      { [code as PoolCode]: unexamined } as Record<PoolCode, typeof unexamined>,
      'pools',
      error,
    ),
  );
}

// In seconds. A pool is dead after ten; a reaper then needs some seconds, and is patient after a reconnection.
const REAPED_AFTER = DEAD_AFTER + 30;
// In seconds. Heartbeats have whole seconds.
const LARGE_SKEW = 2;

function deadPools({ pools, now }: FleetFacts): Verdict {
  const dead = pools.filter((pool) => beatAge(pool, now) > REAPED_AFTER);
  if (dead.length === 0) return good('No dead pool is registered.', { pools: pools.length });
  const list = dead.map((pool) => `${poolName(pool)} for ${Math.round(beatAge(pool, now))} s`);
  return failure(
    `${counted(dead.length, 'pool')} without a beat ${dead.length === 1 ? 'is' : 'are'} still registered: ${some(list)}. The jobs in progress there wait for a reaper.`,
    'Run a pool of this project in the namespace. It takes them within 10 to 30 seconds.',
    { pools: dead.map(({ workerPoolId }) => workerPoolId) },
  );
}

/** Only Go pools beat by their own clocks. One that is behind cannot be told from a late one. */
function poolClocks({ pools, now }: FleetFacts): Verdict {
  const ahead = pools.filter((pool) => beatAge(pool, now) < -LARGE_SKEW);
  if (ahead.length === 0) return good("No pool's heartbeat lies in the future.");
  const list = ahead.map((pool) => `${poolName(pool)} by ${Math.round(-beatAge(pool, now))} s`);
  return warning(
    `Clocks are ahead of that of Redis: ${some(list)}. Jobs of these pools run early, and their deaths are noticed late.`,
    'Synchronise the clocks of all hosts with NTP.',
    { pools: ahead.map(({ workerPoolId }) => workerPoolId) },
  );
}

function unhandledNames({ pools, queues, now }: FleetFacts): Verdict {
  const handled = handledNames(pools, now);
  const waiting = queues.filter(({ jobName, count }) => count > 0 && !handled.has(jobName));
  if (waiting.length === 0) return good('A running pool handles every name with waiting jobs.');
  const list = waiting.map(({ jobName, count }) => `${jobName} (${counted(count, 'job')})`);
  return failure(
    `No running pool handles ${some(list)}: ${waiting.length === 1 ? 'these jobs wait' : 'their jobs wait'}.`,
    'Start a pool with a handler for each name, or empty the queues.',
    { names: waiting.map(({ jobName }) => jobName) },
  );
}

function unhandledSchedules({ pools, now }: FleetFacts): Verdict {
  const alive = pools.filter((pool) => beatAge(pool, now) <= DEAD_AFTER);
  const schedules = alive.flatMap((pool) => pool.schedules);
  const texts = unhandledScheduleTexts(schedules, handledNames(pools, now), 'a');
  const names = [...new Set(schedules.map(({ jobName }) => jobName))];
  if (texts.length === 0) {
    return good('A running pool handles the jobs of every schedule.', { names });
  }
  return warning(texts.join(' '), 'Start a pool with a handler for each name.', { names });
}

/** Returns a sentence for each name with a schedule and without a handler. @param whose the pool with the schedule */
export function unhandledScheduleTexts(
  schedules: readonly Pick<RegisteredSchedule, 'jobName'>[],
  handled: ReadonlySet<string>,
  whose: 'a' | 'this',
): string[] {
  const names = new Set(schedules.map(({ jobName }) => jobName));
  return [...names]
    .filter((name) => !handled.has(name))
    .map((name) => {
      const text = `No running pool handles "${name}", for which ${whose} pool has a schedule. Its jobs wait until one does.`;
      return [text, didYouMean(name, [...handled]) ?? ''].join(' ').trimEnd();
    });
}

function goPools({ pools, now }: FleetFacts): Verdict {
  const alive = pools.filter((pool) => beatAge(pool, now) <= DEAD_AFTER);
  const ours = namesOf(alive, 'nestcraft');
  const onlyGo = [...namesOf(alive, 'gocraft')].filter((name) => !ours.has(name));
  const count = alive.filter(({ engine }) => engine === 'gocraft').length;
  const details = { pools: count, names: onlyGo, unknownToGo: unknownToGo(alive, [...ours]) };
  if (count === 0) return good('All running pools belong to this project.', details);
  const own = onlyGo.length > 0 ? ` Only they handle ${some(onlyGo)}.` : '';
  const text = `${counted(count, 'pool')} of gocraft/work ${count === 1 ? 'runs' : 'run'}.${own}`;
  if (details.unknownToGo.length === 0) return good(text, details);
  return warning(
    `${text} ${unknownToGoText(details.unknownToGo)}`,
    'Register the names there, use a separate namespace, or set rescueUnknownJobs.',
    details,
  );
}

/** Returns those of the names that some Go pool does not know. */
export function unknownToGo(
  pools: readonly WorkerPoolHeartbeat[],
  jobNames: readonly string[],
): string[] {
  const go = pools.filter(({ engine }) => engine === 'gocraft');
  return jobNames.filter((name) => go.some((pool) => !pool.jobNames.includes(name)));
}

export function unknownToGoText(jobNames: readonly string[]): string {
  const names = jobNames.map((name) => `"${name}"`).join(', ');
  return `A Go pool of this namespace does not know ${names}: its requeuer moves scheduled and retried jobs of unknown names to the dead jobs.`;
}

function namesOf(
  pools: readonly WorkerPoolHeartbeat[],
  engine: WorkerPoolHeartbeat['engine'],
): Set<string> {
  return new Set(pools.filter((pool) => pool.engine === engine).flatMap((pool) => pool.jobNames));
}

function poolName({ host, pid, workerPoolId }: WorkerPoolHeartbeat): string {
  return host === '' ? workerPoolId : `${host} (${pid})`;
}

const MOST = 10;

/** Lists the first ten of the texts. */
function some(texts: readonly string[]): string {
  const rest = texts.length - MOST;
  return [...texts.slice(0, MOST), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
