import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import {
  CLOCKS_DIFFER,
  HORIZON,
  planFirings,
  type FiringKnowledge,
} from '../schedule/firing-plan.js';
import { Loop } from '../base/loop.js';
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
  readonly jobs: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

// A round that is comfortably shorter than the horizon, in milliseconds.
const ROUND = 60_000;
const AFTER_ERROR = 1_000;
// Between looks whether Redis still knows what was added; and, more seldom, what time it is there, and when firings were
// added last. In milliseconds.
const LOOK = 3_000;
const CLOCK_LOOK = 12_000;
// So many times a script deals with at most; it takes Redis a few milliseconds.
const TIMES_AT_ONCE = 2_000;

/**
 * Adds the next few minutes' firings of the pool's schedules to the scheduled jobs, from where the requeuer moves
 * them to their queues. Any number of pools may do that for the same schedules, Go's among them: a firing has the same
 * bytes everywhere, and Redis keeps the last one that was added.
 */
export class PeriodicEnqueuer {
  readonly #options: PeriodicEnqueuerOptions;
  readonly #loop: Loop;
  readonly #sweeper: ScheduleSweeper;
  /** When the next round is due, and when Redis's clock is looked at, by `performance.now()`. */
  #roundAt = -Infinity;
  #isWoken = false;
  #clockLookAt = -Infinity;
  /** When the pool started, and when it added firings last, by Redis's clock, in seconds. */
  #startedAt = Infinity;
  #addedAt = -Infinity;
  /** What Redis's clock is ahead of `performance.now()`, in seconds. */
  #clockAhead = NaN;

  constructor(options: PeriodicEnqueuerOptions) {
    this.#options = options;
    const { connection, keys, scripts } = options;
    const own = new Set(options.jobs.map(({ id }) => id));
    this.#sweeper = new ScheduleSweeper({ own, connection, keys, scripts });
    this.#loop = new Loop({
      round: () => this.#round(),
      afterError: AFTER_ERROR,
      onError: options.onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Redis may have lost what was added: add it again, now. */
  wake(): void {
    this.#isWoken = true;
    this.#roundAt = -Infinity;
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One round. Returns how many firings were added. */
  async enqueue(): Promise<number> {
    const { connection, keys } = this.#options;
    this.#isWoken = false;
    await connection.ready();
    const now = await this.#now();
    const [last, moved] = await Promise.all([
      connection.redis.hgetall(keys.lastFirings),
      connection.redis.hgetall(keys.movedFirings),
    ]);
    const added = await this.#add({ last, moved }, now);
    const hasMore = await this.#sweep({ last, moved }, now);
    // What Redis lost during this round may have been added before: the round that was asked for is still due.
    if (this.#isWoken) return added;
    this.#roundAt = performance.now() + (hasMore ? 0 : ROUND * (0.75 + Math.random() / 2));
    return added;
  }

  /** What is forgotten late does no harm: it keeps nobody from adding firings, nor a pool from starting. */
  async #sweep(marks: FiringMarks, now: number): Promise<boolean> {
    try {
      return await this.#sweeper.sweep(marks, now);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  async #round(): Promise<number> {
    if (performance.now() >= this.#roundAt || (await this.#isForgotten())) await this.enqueue();
    const untilRound = Math.max(0, this.#roundAt - performance.now());
    return this.#options.jobs.length === 0 ? untilRound : Math.min(LOOK, untilRound);
  }

  /** Whether Redis has lost what this pool noted when it added firings, or has another clock than it had then. */
  async #isForgotten(): Promise<boolean> {
    const { connection, keys, jobs } = this.#options;
    const [job] = jobs;
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

  /** When a pool added firings last, in seconds; NaN if none ever did. */
  async #lastRound(): Promise<number> {
    const { connection, keys } = this.#options;
    return Number((await connection.redis.get(keys.lastPeriodicEnqueue)) ?? NaN);
  }

  async #add(marks: FiringMarks, now: number): Promise<number> {
    const { connection, scripts, jobs } = this.#options;
    if (jobs.length === 0) return 0;
    const wasDown = now - (await this.#lastRound()) > HORIZON;
    const all = jobs.map((job) => {
      // 0 is what a sweeper leaves in the midst of its work.
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

/** Schedules in lists of which each has so many times at most, unless a single one has more. */
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
