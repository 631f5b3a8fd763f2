import { CLOCKS_DIFFER, HORIZON } from './firing-plan.js';
import { firings, firingStart, scheduleOf } from './periodic-job.js';
import { batches } from './redis/batches.js';
import type { Keys } from './redis/keys.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Scripts } from './redis/scripts.js';
import type { Schedule } from './schedule/schedule.js';

export interface ScheduleSweeperOptions {
  /** The ids of the schedules that the pool itself registers. */
  readonly own: ReadonlySet<string>;
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
}

/** What pools remember of schedules. */
export interface KnownSchedules {
  /** The last firing that was added, by schedule, in seconds since the epoch. */
  readonly lastFirings: Readonly<Record<string, string>>;
  /** The last firing that went to its queue, by schedule, in seconds since the epoch. */
  readonly movedFirings: Readonly<Record<string, string>>;
  /** Others of which something is remembered. */
  readonly others: readonly string[];
}

// A script looks for so many firings at most, and takes Redis a few milliseconds.
const FIRINGS_AT_ONCE = 250;
// So that a pool that starts need not wait for many.
const SCHEDULES_AT_ONCE = 20;

/** Takes away the firings of schedules that no pool has any more, and what is remembered of them. */
export class ScheduleSweeper {
  readonly #options: ScheduleSweeperOptions;

  constructor(options: ScheduleSweeperOptions) {
    this.#options = options;
  }

  /** Forgets some of the schedules that no pool registers; returns whether there are more. `now` in seconds. */
  async sweep(
    { lastFirings, others }: Pick<KnownSchedules, 'lastFirings' | 'others'>,
    now: number,
  ): Promise<boolean> {
    const ids = new Set([...Object.keys(lastFirings), ...others]);
    const foreign = [...ids].filter((id) => !this.#options.own.has(id));
    if (foreign.length === 0) return false;
    const registered = await this.#registered();
    const forgotten = foreign.filter((id) => !registered.has(id));
    for (const id of forgotten.slice(0, SCHEDULES_AT_ONCE)) {
      await this.#forget(id, Number(lastFirings[id] ?? NaN), now);
    }
    return forgotten.length > SCHEDULES_AT_ONCE;
  }

  /** In parts, between which others get their turn. */
  async #forget(id: string, last: number, now: number): Promise<void> {
    const { connection, scripts } = this.#options;
    const known = scheduleOf(id);
    const start = known ? firingStart(known.jobName, id) : '';
    const parts = known ? batches(timesOf(known.schedule, last, now), FIRINGS_AT_ONCE) : [];
    for (const [index, times] of (parts.length > 0 ? parts : [[]]).entries()) {
      const isLast = index >= parts.length - 1;
      const call = scripts.timed.unschedule({ id, start, times, isLast });
      if ((await connection.call(call)) === undefined) return;
    }
  }

  /** The schedules that the heartbeats of all pools name. */
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

/** When firings may stand that pools have added: around now; and, where a clock was wrong, before the last one. */
function timesOf(schedule: Schedule, last: number, now: number): readonly number[] {
  const times = [
    ...firings(schedule, now - HORIZON, now + HORIZON + CLOCKS_DIFFER),
    ...(last > 0 ? firings(schedule, last - HORIZON, last) : []),
  ];
  return [...new Set(times)];
}

/** What is no list of schedules names none; whether a pool registers one is looked up again before it is forgotten. */
function idsIn(schedules: string): string[] {
  try {
    return (JSON.parse(schedules) as { id: string }[]).map(({ id }) => id);
  } catch {
    return [];
  }
}
