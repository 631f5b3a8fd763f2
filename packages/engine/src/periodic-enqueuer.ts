import type { Clock } from './clock.js';
import { parseEntry } from './job-entry.js';
import { Loop } from './loop.js';
import { firingEntry, firingOf, firings, lastFiring, type PeriodicJob } from './periodic-job.js';
import type { Keys } from './redis/keys.js';
import { toRaw } from './redis/raw.js';
import type { RedisConnection } from './redis/redis-connection.js';
import type { Scripts } from './redis/scripts.js';
import type { Firings } from './redis/scripts/timed-scripts.js';
import { uniqueKey } from './unique-key.js';

export interface PeriodicEnqueuerOptions {
  readonly jobs: readonly PeriodicJob[];
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

// gocraft/work's horizon, in seconds; and a round that is comfortably shorter, in milliseconds.
export const HORIZON = 240;
const ROUND = 60_000;
const AFTER_ERROR = 1_000;
// A last firing that lies further ahead was written when Redis's clock was wrong.
const PLAUSIBLE = HORIZON + 3_600;
const SCAN = 500;

/**
 * Adds the next few minutes' firings of the pool's schedules to the scheduled jobs, from where the requeuer moves
 * them to their queues. Any number of pools may do that for the same schedules, Go's among them: a firing has the same
 * bytes everywhere, and Redis keeps the last one that was added.
 */
export class PeriodicEnqueuer {
  readonly #options: PeriodicEnqueuerOptions;
  readonly #loop: Loop;

  constructor(options: PeriodicEnqueuerOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: async () => {
        await this.enqueue();
        return ROUND * (0.75 + Math.random() / 2);
      },
      afterError: AFTER_ERROR,
      onError: options.onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** Redis may have lost the firings: add them now. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** One round. Returns how many firings were added. */
  async enqueue(): Promise<number> {
    const { connection, keys, scripts, jobs } = this.#options;
    await connection.ready();
    const now = await this.#now();
    const last = await connection.redis.hgetall(keys.lastFirings);
    await this.#removeForgotten(Object.keys(last), now);
    if (jobs.length === 0) return 0;
    const lastRound = Number((await connection.redis.get(keys.lastPeriodicEnqueue)) ?? NaN);
    const wasDown = now - lastRound > HORIZON;
    const all = jobs.map((job) => this.#firings(job, now, Number(last[job.id] ?? NaN), wasDown));
    return connection.call(scripts.timed.periodic(now, all));
  }

  /** @param wasDown no pool was at work for a while: what was added last is late, and what follows never was */
  #firings(job: PeriodicJob, now: number, last: number, wasDown: boolean): Firings {
    const { id, jobName, schedule, missed } = job;
    const wrong = last > now + PLAUSIBLE ? String(last) : '';
    const times = [...firings(schedule, now, now + HORIZON)];
    const stale: number[] = [];
    if (wasDown && last < now) {
      stale.push(...firings(schedule, last - HORIZON, last));
      const late = missed === 'last' ? lastFiring(schedule, last, now) : undefined;
      if (late !== undefined) times.unshift(late);
      else if (missed === 'last') stale.pop();
    }
    const entry = (time: number): string => firingEntry(job, time, this.#claimOf(job));
    return {
      id,
      jobName,
      wrong,
      stale: stale.filter((time) => time <= now).map(entry),
      firings: times.map((time) => ({ time, entry: entry(time) })),
    };
  }

  #claimOf({ jobName, schedule, overlap }: PeriodicJob): string | undefined {
    if (overlap === 'allow') return undefined;
    return uniqueKey(this.#options.keys, jobName, { periodic: schedule.spec });
  }

  /** A schedule that no pool has any more stops: its firings are taken away. */
  async #removeForgotten(ids: readonly string[], now: number): Promise<void> {
    const { connection, keys, jobs } = this.#options;
    const own = new Set(jobs.map(({ id }) => id));
    const foreign = ids.filter((id) => !own.has(id));
    if (foreign.length === 0) return;
    const registered = await this.#registered();
    const forgotten = new Set(foreign.filter((id) => !registered.has(id)));
    if (forgotten.size === 0) return;
    await this.#removeFirings(forgotten, now);
    await connection.redis
      .pipeline()
      .hdel(keys.lastFirings, ...forgotten)
      .hdel(keys.movedFirings, ...forgotten)
      .exec();
  }

  async #removeFirings(forgotten: ReadonlySet<string>, now: number): Promise<void> {
    const { connection, keys } = this.#options;
    for (let kept = 0; ;) {
      const entries = await connection.redis.zrangebyscoreBuffer(
        keys.scheduled,
        '-inf',
        now + PLAUSIBLE,
        'LIMIT',
        kept,
        SCAN,
      );
      const gone = entries.filter((entry) => forgotten.has(scheduleOf(entry)));
      if (gone.length > 0) await connection.redis.zrem(keys.scheduled, ...gone);
      kept += entries.length - gone.length;
      if (entries.length < SCAN) return;
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
        return typeof text === 'string'
          ? (JSON.parse(text) as { id: string }[]).map(({ id }) => id)
          : [];
      }),
    );
  }

  /** Redis's time in seconds: the clocks of hosts differ. */
  async #now(): Promise<number> {
    const { connection, clock } = this.#options;
    const time = clock.scriptTime();
    if (time !== undefined) return Math.floor(time / 1000);
    const [seconds] = await connection.redis.time();
    return Number(seconds);
  }
}

function scheduleOf(entry: Buffer): string {
  try {
    return firingOf(parseEntry(toRaw(entry)).id)?.schedule ?? '';
  } catch {
    return '';
  }
}
