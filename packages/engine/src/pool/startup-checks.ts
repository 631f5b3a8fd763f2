import { unhandledScheduleTexts, unknownToGo, unknownToGoText } from '../doctor/fleet-checks.js';
import { serverFindings } from '../doctor/server-checks.js';
import { readInfo, ServerFacts } from '../doctor/server-facts.js';
import { Fleet, type WorkerPoolHeartbeat } from '../stores/fleet.js';
import type { Clock } from '../base/clock.js';
import { handledNames } from '../stores/handled-names.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import type { Scripts } from '../scripts/scripts.js';

export interface StartupChecksOptions {
  readonly jobNames: readonly string[];
  readonly schedules: readonly Pick<PeriodicJob, 'jobName'>[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly settings: { readonly rescueUnknownJobs: boolean };
}

/**
 * Returns the warnings of a starting pool: the errors that a doctor would find in the settings of Redis, Go pools whose
 * requeuers do not know the pool's jobs, and schedules of jobs that no pool handles.
 */
export async function startupWarnings(options: StartupChecksOptions): Promise<string[]> {
  const { jobNames, connection, settings } = options;
  const grave = await serverErrors(connection);
  const pools = await new Fleet(options).heartbeats();
  return [
    ...grave,
    ...(settings.rescueUnknownJobs ? [] : goPoolWarnings(pools, jobNames)),
    ...(await scheduleWarnings(pools, options)),
  ];
}

/** A doctor's warnings, such as a disabled append-only file, would be noise at every start of a development server. */
async function serverErrors(connection: RedisConnection): Promise<string[]> {
  const info = await readInfo(connection);
  const facts = new ServerFacts({ info, config: {}, distance: undefined });
  return serverFindings(facts)
    .filter(({ level }) => level === 'error')
    .map(({ text, remedy = '' }) => `Redis: ${text} Remedy: ${remedy}`);
}

function goPoolWarnings(
  pools: readonly WorkerPoolHeartbeat[],
  jobNames: readonly string[],
): string[] {
  const unknown = unknownToGo(pools, jobNames);
  if (unknown.length === 0) return [];
  const remedy = 'Register the names there, use a separate namespace, or set rescueUnknownJobs';
  return [`${unknownToGoText(unknown)} ${remedy}`];
}

async function scheduleWarnings(
  pools: readonly WorkerPoolHeartbeat[],
  options: StartupChecksOptions,
): Promise<string[]> {
  const { jobNames, schedules } = options;
  if (schedules.every(({ jobName }) => jobNames.includes(jobName))) return [];
  const handled = handledNames(pools, await decidingTime(options));
  return unhandledScheduleTexts(schedules, new Set([...jobNames, ...handled]), 'this');
}
