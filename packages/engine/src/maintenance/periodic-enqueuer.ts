import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import {
  CLOCKS_DIFFER,
  HORIZON,
  planFirings,
  type FiringKnowledge,
} from '../schedule/firing-plan.js';
import { jittered, type Paced } from '../base/loop.js';
import type { Report } from '../logging/report.js';
import { firingForm, type PeriodicJob } from '../schedule/periodic-job.js';
import type { Keys } from '../redis/keys.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import type { Firings } from '../scripts/timed-scripts.js';
import { ScheduleSweeper, type FiringMarks } from './schedule-sweeper.js';
import { uniqueKey } from '../job/unique-key.js';
import { performance } from '../base/timers.js';

export interface PeriodicEnqueuerOptions {
  readonly schedules: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly report: Pick<Report, 'error'>;
}

// Between rounds, in milliseconds: comfortably shorter than the horizon.
const ROUND = jittered(60_000);
// In milliseconds: the interval between checks whether Redis still has the firings, and the longer one between reads of
// Redis's time and of the time of the last round.
const LOOK = 3_000;
const CLOCK_LOOK = 12_000;
// In one script call, which takes Redis a few milliseconds.
const TIMES_AT_ONCE = 2_000;

/**
 * Adds the next few minutes' firings of the pool's schedules to the scheduled jobs. From there, the requeuer moves them to
 * their queues. Any number of pools, including Go's, may do so for the same schedules, because a firing has the same bytes
 * everywhere and Redis remembers the last added one.
 */
export class PeriodicEnqueuer implements Paced {
  readonly #options: PeriodicEnqueuerOptions;
  readonly #sweeper: ScheduleSweeper;
  /** The times of the next round and of the next read of Redis's clock, by `performance.now()`. */
  #roundAt = -Infinity;
  #clockLookAt = -Infinity;
  /** The number of times Redis may have lost the firings. */
  #losses = 0;
  /** The times of the pool's start and of its last round, by Redis's clock, in seconds. */
  #startedAt = Infinity;
  #addedAt = -Infinity;
  /** The seconds by which Redis's clock is ahead of `performance.now()`. */
  #clockAhead = NaN;

  constructor(options: PeriodicEnqueuerOptions) {
    this.#options = options;
    const { connection, keys, scripts } = options;
    const own = new Set(options.schedules.map(({ id }) => id));
    this.#sweeper = new ScheduleSweeper({ own, connection, keys, scripts });
  }

  /** Makes the next tick add the firings again, because Redis may have lost them. */
  expire(): void {
    this.#losses++;
    this.#roundAt = -Infinity;
  }

  /** Does a round if one is due, or if Redis has lost the last. */
  async tick(): Promise<number> {
    if (performance.now() >= this.#roundAt || (await this.#isForgotten())) await this.enqueue();
    const untilRound = Math.max(0, this.#roundAt - performance.now());
    return this.#options.schedules.length === 0 ? untilRound : Math.min(LOOK, untilRound);
  }

  /** Does a round. Returns how many firings were added. */
  async enqueue(): Promise<number> {
    const { connection, keys } = this.#options;
    const losses = this.#losses;
    await connection.ready();
    const now = await this.#now();
    const [last, moved] = await Promise.all([
      connection.redis.hgetall(keys.lastFirings),
      connection.redis.hgetall(keys.movedFirings),
    ]);
    const added = await this.#add({ last, moved }, now);
    const hasMore = await this.#sweep({ last, moved }, now);
    // A loss during the round may have removed the added firings.
    const isDueAgain = hasMore || losses !== this.#losses;
    this.#roundAt = performance.now() + (isDueAgain ? 0 : ROUND());
    return added;
  }

  /** Removes schedules that no pool has any more. If that fails, firings are still added and pools still start. */
  async #sweep(marks: FiringMarks, now: number): Promise<boolean> {
    try {
      return await this.#sweeper.sweep(marks, now);
    } catch (error) {
      this.#options.report.error('periodic_enqueuer.enqueue', error);
      return false;
    }
  }

  /** Returns whether Redis has lost the note of this pool's last round, or its clock has been set since. */
  async #isForgotten(): Promise<boolean> {
    const { connection, keys, schedules } = this.#options;
    const [job] = schedules;
    if (!job) return false;
    await connection.ready();
    const note = await connection.redis.hget(keys.scheduleVersions, job.id);
    const [, seenAt] = note?.split(' ') ?? [];
    if (!(Number(seenAt) >= this.#addedAt - HORIZON)) return true;
    return performance.now() >= this.#clockLookAt && (await this.#isAmiss());
  }

  async #isAmiss(): Promise<boolean> {
    const before = this.#clockAhead;
    const [now, lastRound] = await Promise.all([this.#now(), this.#lastRound()]);
    return !(now - lastRound <= HORIZON) || Math.abs(this.#clockAhead - before) > CLOCKS_DIFFER;
  }

  /** Returns the time at which a pool last added firings, in seconds; NaN if none ever did. */
  async #lastRound(): Promise<number> {
    const { connection, keys } = this.#options;
    return Number((await connection.redis.get(keys.lastPeriodicEnqueue)) ?? NaN);
  }

  async #add(marks: FiringMarks, now: number): Promise<number> {
    const { connection, scripts, schedules } = this.#options;
    if (schedules.length === 0) return 0;
    const wasDown = now - (await this.#lastRound()) > HORIZON;
    const all = schedules.map((job) => {
      // A sweeper leaves 0 during its work.
      const last = Number(marks.last[job.id]) || NaN;
      return this.#firings(job, { now, last, moved: Number(marks.moved[job.id]), wasDown });
    });
    this.#startedAt = Math.min(this.#startedAt, now);
    const round = { now, startedAt: this.#startedAt };
    const calls = inCalls(all).map((some) => scripts.timed.periodic(round, some));
    const added = await connection.callAll(calls);
    this.#addedAt = now;
    return added.reduce((sum, count) => sum + count, 0);
  }

  #firings(job: PeriodicJob, knowledge: FiringKnowledge): Firings {
    const { id, jobName } = job;
    const form = firingForm(job, this.#claimOf(job));
    const version = createHash('sha1').update(form.rest).digest('hex');
    return { id, jobName, form, version, ...planFirings(job, knowledge) };
  }

  #claimOf({ jobName, schedule, overlap }: PeriodicJob): string | undefined {
    if (overlap === 'allow') return undefined;
    return uniqueKey(this.#options.keys, jobName, { periodic: schedule.spec });
  }

  async #now(): Promise<number> {
    const now = await decidingTime(this.#options);
    this.#clockAhead = now - performance.now() / 1000;
    this.#clockLookAt = performance.now() + CLOCK_LOOK;
    return now;
  }
}

/** Splits the schedules into lists for one script call each. A schedule with too many times forms its own list. */
function inCalls(schedules: readonly Firings[]): Firings[][] {
  const calls: Firings[][] = [];
  let times = Infinity;
  for (const schedule of schedules) {
    const more = schedule.stale.length + schedule.late.length + schedule.times.length;
    if (times + more > TIMES_AT_ONCE) {
      calls.push([]);
      times = 0;
    }
    calls.at(-1)?.push(schedule);
    times += more;
  }
  return calls;
}
