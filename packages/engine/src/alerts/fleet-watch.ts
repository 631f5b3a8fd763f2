import { createHash } from 'node:crypto';
import type { Paced } from '../base/loop.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { PeriodicJob } from '../schedule/periodic-job.js';
import type { FleetFacts, FleetQuestion } from '../scripts/alert-scripts.js';
import type { Scripts } from '../scripts/scripts.js';
import { DEAD_AFTER } from '../stores/handled-names.js';
import { fleetStalls, type FleetLimits } from './fleet-stalls.js';
import { parseStall, stallName, type Stall, type StallListener } from './stall.js';

export interface FleetWatchOptions {
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly schedules: readonly PeriodicJob[];
  readonly limits: FleetLimits;
  /** Milliseconds between the looks of the fleet. */
  readonly interval: number;
  readonly listener: StallListener;
}

/** Returns whether anything in Redis is to be watched. */
export function watchesFleet({ maxWaiting, unhandled, dead, schedules }: FleetLimits): boolean {
  return maxWaiting.size > 0 || [unhandled, dead, schedules].some((limit) => limit !== undefined);
}

/**
 * Watches the fleet's jobs in Redis. Pools that watch the same take turns, and Redis notes what stalls. Of all of them,
 * the one whose note is new tells of a stall, and the one that removes the note tells of its end.
 */
export class FleetWatch implements Paced {
  readonly #options: FleetWatchOptions;
  readonly #question: FleetQuestion;
  #stalls: readonly Stall[] = [];
  /** The time of the first look, in seconds. */
  #since: number | undefined;

  constructor(options: FleetWatchOptions) {
    this.#options = options;
    this.#question = questionOf(options);
  }

  /** What stalls in the fleet, as of the last look of any pool. */
  get stalls(): readonly Stall[] {
    return this.#stalls;
  }

  /** Looks if it is this pool's turn, and learns what others have noted otherwise. */
  async tick(): Promise<number> {
    const { connection, scripts, interval } = this.#options;
    await connection.ready();
    const { noted, facts } = await connection.call(scripts.alerts.look(this.#question));
    const before = new Map(noted.map(([name, text]) => [name, parseStall(text)]));
    this.#stalls = facts
      ? await this.#compare(before, facts)
      : [...before.values()].filter((stall) => stall !== undefined);
    return interval * (0.9 + Math.random() / 5);
  }

  /** Notes and tells what has changed. Returns what stalls. */
  async #compare(
    before: ReadonlyMap<string, Stall | undefined>,
    facts: FleetFacts,
  ): Promise<readonly Stall[]> {
    const { connection, scripts, limits, schedules, listener } = this.#options;
    this.#since ??= facts.now;
    const current = new Map(
      fleetStalls(facts, limits, schedules, this.#since).map((stall) => [
        stallName(stall),
        before.get(stallName(stall)) ?? stall,
      ]),
    );
    const begun = [...current].filter(([name]) => !before.has(name));
    const recoveredAt = new Date(facts.now * 1000);
    const ended = [...before]
      .filter(([name]) => !current.has(name))
      // Another version may have written its note in another form. Then nobody can tell of the end.
      .map(([name, stall]) => [name, stall && { ...stall, recoveredAt }] as const);
    if (begun.length + ended.length === 0) return [...current.values()];
    const mine = await connection.call(
      scripts.alerts.note(
        this.#question,
        begun.map(([name, stall]) => [name, JSON.stringify(stall)]),
        ended.map(([name, recovery]) => [name, recovery ? JSON.stringify(recovery) : '']),
      ),
    );
    for (const [name, stall] of begun) if (mine.has(name)) listener.stalled(stall);
    for (const [name, recovery] of ended) {
      if (recovery && mine.has(name)) listener.recovered(recovery);
    }
    return [...current.values()];
  }
}

function questionOf({ limits, schedules, interval }: FleetWatchOptions): FleetQuestion {
  const { maxWaiting, unhandled, dead, schedules: late } = limits;
  const scheduleIds = late === undefined ? [] : schedules.map(({ id }) => id).sort();
  const watched = [[...maxWaiting].sort(), unhandled, dead, late, scheduleIds];
  return {
    // Pools of another version may watch something else.
    scope: createHash('sha1').update(JSON.stringify(watched)).digest('hex').slice(0, 8),
    turn: Math.ceil(interval * 0.8),
    deadAfter: DEAD_AFTER,
    jobNames: [...maxWaiting.keys()],
    looksAtAll: unhandled !== undefined,
    within: dead && Math.ceil(dead.within / 1000),
    scheduleIds,
  };
}
