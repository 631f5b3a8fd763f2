import { CLOCKS_DIFFER, HORIZON } from '../schedule/firing-plan.js';
import { firings, firingStart, scheduleOf } from '../schedule/periodic-job.js';
import { batches } from '../redis/batches.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Schedule } from '../schedule/schedule.js';

export interface ScheduleSweeperOptions {
  /** The ids of the schedules that the pool itself registers. */
  readonly own: ReadonlySet<string>;
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
}

/** The pools' notes about firings, by schedule, in seconds since the epoch. */
export interface FiringMarks {
  /** The last added firing. */
  readonly last: Readonly<Record<string, string>>;
  /** The last firing that has moved to its queue. */
  readonly moved: Readonly<Record<string, string>>;
}

// In one script call, which takes Redis a few milliseconds.
const FIRINGS_AT_ONCE = 250;
// In one sweep, so that a pool that starts does not have to wait for many.
const SCHEDULES_AT_ONCE = 20;
// One round in this many checks all remembered data of schedules.
const ROUNDS_A_SWEEP = 10;
// In seconds. After that, no pool can add a moved firing again.
const MOVED_TTL = 3_600;

/** Removes the firings and all remembered data of schedules that no pool has any more. */
export class ScheduleSweeper {
  readonly #options: ScheduleSweeperOptions;
  #rounds = 0;

  constructor(options: ScheduleSweeperOptions) {
    this.#options = options;
  }

  /** Removes some of the schedules that no pool registers. Returns whether more exist. `now` is in seconds. */
  async sweep(marks: FiringMarks, now: number): Promise<boolean> {
    const known = await this.#known(marks, now);
    const foreign = known.filter((id) => !this.#options.own.has(id));
    if (foreign.length === 0) return false;
    const registered = await this.#registered();
    const forgotten = foreign.filter((id) => !registered.has(id));
    let count = 0;
    for (const id of forgotten.slice(0, SCHEDULES_AT_ONCE)) {
      if (await this.#forget(id, Number(marks.last[id]), now)) count++;
    }
    const hasMore = count === SCHEDULES_AT_ONCE && forgotten.length > count;
    if (hasMore) this.#rounds = 0;
    return hasMore;
  }

  /** Returns the ids of remembered schedules, and now and then also of those whose firings are long past. */
  async #known({ last, moved }: FiringMarks, now: number): Promise<string[]> {
    const { connection, keys } = this.#options;
    const isThorough = this.#rounds++ % ROUNDS_A_SWEEP === 0;
    const [versions, results] = await Promise.all([
      connection.redis.hkeys(keys.scheduleVersions),
      isThorough ? connection.redis.hkeys(keys.lastResults) : [],
    ]);
    // Heartbeats of gocraft/work do not name schedules, so a recently moved firing may be one of theirs.
    const isOld = (id: string): boolean => !(Number(moved[id]) > now - MOVED_TTL);
    const old = isThorough ? [...Object.keys(moved), ...results].filter(isOld) : [];
    return [...new Set([...Object.keys(last), ...versions, ...old])];
  }

  /** Removes a schedule in parts, between which others get their turn. Returns `false` if a pool registers it. */
  async #forget(id: string, last: number, now: number): Promise<boolean> {
    const { connection, scripts } = this.#options;
    const known = scheduleOf(id);
    const start = known ? firingStart(known.jobName, id) : '';
    const parts = known ? batches(timesOf(known.schedule, last, now), FIRINGS_AT_ONCE) : [];
    for (const [index, times] of (parts.length > 0 ? parts : [[]]).entries()) {
      const isLast = index >= parts.length - 1;
      const call = scripts.timed.unschedule({ id, start, times, isLast });
      if ((await connection.call(call)) === undefined) return false;
    }
    return true;
  }

  /** Returns the schedules that the heartbeats of all pools name. */
  async #registered(): Promise<Set<string>> {
    const { connection, keys } = this.#options;
    const pools = await connection.redis.smembers(keys.workerPools);
    const pipeline = connection.redis.pipeline();
    for (const id of pools) pipeline.hget(keys.heartbeat(id), 'schedules');
    const replies = (await pipeline.exec()) ?? [];
    return new Set(
      replies.flatMap(([error, text]) => {
        if (error) throw error;
        return typeof text === 'string' ? idsIn(text) : [];
      }),
    );
  }
}

/** Returns the times of firings that pools may have added: around now and, if a clock was wrong, before the last one. */
function timesOf(schedule: Schedule, last: number, now: number): readonly number[] {
  const times = [
    ...firings(schedule, now - HORIZON, now + HORIZON + CLOCKS_DIFFER),
    ...(last > 0 ? firings(schedule, last - HORIZON, last) : []),
  ];
  return [...new Set(times)];
}

/** Parses a list of schedules; anything else names none. The script checks the heartbeats again before it removes one. */
function idsIn(schedules: string): string[] {
  try {
    return (JSON.parse(schedules) as { id: string }[]).map(({ id }) => id);
  } catch {
    return [];
  }
}
