import { counted } from '../base/counted.js';
import { lastFiring, type PeriodicJob } from '../schedule/periodic-job.js';
import type { FleetFacts, QueueFact } from '../scripts/alert-scripts.js';
import type { AlertSettings } from './alert-options.js';
import type { Stall } from './stall.js';

/** What the pools of one configuration watch in Redis. */
export interface FleetLimits extends Pick<AlertSettings, 'unhandled' | 'dead' | 'schedules'> {
  /** How long the next job of each name may wait, in milliseconds. */
  readonly maxWaiting: ReadonlyMap<string, number>;
}

/** Decides what stalls in the fleet. @param since when the watch began, in seconds: earlier firings do not count */
export function fleetStalls(
  facts: FleetFacts,
  limits: FleetLimits,
  schedules: readonly Pick<PeriodicJob, 'id' | 'schedule'>[],
  since: number,
): Stall[] {
  return [
    ...facts.queues.flatMap((queue) => queueStalls(queue, facts.now, limits)),
    ...deadStalls(facts, limits),
    ...(limits.schedules === undefined
      ? []
      : scheduleStalls(facts, limits.schedules, schedules, since)),
  ];
}

function queueStalls(
  { jobName, age, isPaused, isHandled }: QueueFact,
  now: number,
  { unhandled = Infinity, maxWaiting }: FleetLimits,
): Stall[] {
  const since = new Date((now - age) * 1000);
  const wait = age * 1000;
  const name = JSON.stringify(jobName); // Another program may have put control characters there.
  if (!isHandled && wait > unhandled) {
    return [
      {
        ...{ kind: 'unhandled', subject: jobName, since },
        text: `${name} jobs have waited for ${age} s, and no running pool handles the name.`,
        remedy: 'Start a process with a handler for the name.',
      },
    ];
  }
  if (isPaused || wait <= (maxWaiting.get(jobName) ?? Infinity)) return [];
  return [
    {
      ...{ kind: 'waiting', subject: jobName, since },
      text: `The next ${name} job has waited for ${age} s.`,
      remedy: `Ask client.explain({ job: ${name} }) why it does not start.`,
    },
  ];
}

function deadStalls({ now, dead }: FleetFacts, { dead: limit }: FleetLimits): Stall[] {
  if (!limit || dead <= limit.count) return [];
  const within = limit.within / 1000;
  return [
    {
      kind: 'dead',
      since: new Date((now - within) * 1000),
      text: `${counted(dead, 'job has', 'jobs have')} died within ${within} s.`,
      remedy: 'Look at their errors with client.dead.list() or on the Dead page.',
    },
  ];
}

/**
 * A firing is late if no pool has added it, or if due jobs stay where they are. What a Go process has moved is noted
 * nowhere, so a missing note alone proves nothing.
 */
function scheduleStalls(
  { now, overdue, firings }: FleetFacts,
  limit: number,
  schedules: readonly Pick<PeriodicJob, 'id' | 'schedule'>[],
  since: number,
): Stall[] {
  const late = Math.ceil(limit / 1000);
  return schedules.flatMap(({ id, schedule }) => {
    const due = lastFiring(schedule, Math.min(since, now - late), now - late);
    const { added = 0, moved = 0 } = firings.get(id) ?? {};
    if (due === undefined || (added >= due && (moved >= due || overdue <= late))) return [];
    return [
      {
        ...{ kind: 'schedule' as const, subject: id, since: new Date(due * 1000) },
        text: `The schedule "${id}" was due ${now - due} s ago, and its job is not in its queue.`,
        remedy: 'Look at the log of the pools that register it, and at the Periodic page.',
      },
    ];
  });
}
