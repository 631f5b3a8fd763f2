import { DAY, HOUR, MINUTE } from '../base/seconds.js';
import type { Clock } from '../base/clock.js';
import { batches } from '../redis/batches.js';
import { decidingTime } from '../redis/deciding-time.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { PastIntervals } from './past-intervals.js';
import { countsOf, Tally, type JobMetrics } from './tally.js';

/** The field of an interval's hash that holds the sum of all names, so that a chart need not read each name. */
export const ALL_NAMES = '';

/**
 * The ranges, in seconds. The chart consists of intervals of `step`. The table by name consists of longer intervals,
 * because it must read all names of each.
 */
const RANGES = {
  '1h': { seconds: HOUR, step: MINUTE, tableStep: 10 * MINUTE },
  '6h': { seconds: 6 * HOUR, step: 10 * MINUTE, tableStep: HOUR },
  '24h': { seconds: DAY, step: 10 * MINUTE, tableStep: HOUR },
  '7d': { seconds: 7 * DAY, step: HOUR, tableStep: DAY },
  '30d': { seconds: 30 * DAY, step: HOUR, tableStep: DAY },
} as const;

/** The maximum range of rates, in minutes. */
export const MAX_MINUTES = 60;
// Scripts must be short.
const INTERVALS_AT_ONCE = 240;

/** The range of metrics, up to now. */
export type MetricsRange = keyof typeof RANGES;

export const METRICS_RANGES = Object.keys(RANGES) as readonly MetricsRange[];

export interface Metrics {
  readonly range: MetricsRange;
  /** The length of an interval, in milliseconds. */
  readonly step: number;
  /** The intervals, the oldest first; the last one has not ended yet. */
  readonly intervals: readonly (JobMetrics & { readonly start: Date })[];
  readonly total: JobMetrics;
  /** The metrics by job name, always of all names. */
  readonly jobs: readonly (JobMetrics & { readonly jobName: string })[];
  /** The time from which `jobs` counts: the start of the range, rounded down to whole 10 minutes, hours or days. */
  readonly jobsSince: Date;
}

/** The runs of a name's jobs in each of the last minutes, the oldest first; the last minute has not ended yet. */
export interface JobRates {
  readonly jobName: string;
  readonly done: readonly number[];
  readonly failed: readonly number[];
}

export interface MetricsSource {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly clock: Clock;
}

/** The runs of an interval by job name. */
type Tallies = ReadonlyMap<string, Tally>;
type Counts = ReadonlyMap<string, { readonly done?: number; readonly failed?: number }>;

// Enough for the longest table and another one, and for the longest rates.
const TABLES_KEPT = 60;
const MINUTES_KEPT = 2 * MAX_MINUTES;

/** Reads the counts of this project's workers. Go workers do not count. */
export class MetricsReader {
  readonly #source: MetricsSource;
  readonly #tables = new PastIntervals<Tallies>(TABLES_KEPT);
  readonly #minutes = new PastIntervals<Counts>(MINUTES_KEPT);

  constructor(source: MetricsSource) {
    this.#source = source;
  }

  async metrics(range: MetricsRange, jobName: string | undefined): Promise<Metrics> {
    const { seconds, step, tableStep } = RANGES[range];
    const now = await decidingTime(this.#source);
    const starts = lastStarts(now, step, seconds / step);
    const jobsSince = roundDown(starts[0] ?? now, tableStep);
    const [texts, byName] = await Promise.all([
      readField(this.#source, step, starts, jobName ?? ALL_NAMES),
      this.#byName(tableStep, startsFrom(jobsSince, now, tableStep), now),
    ]);
    const total = new Tally();
    const intervals = texts.map((text, index) => {
      const interval = new Tally();
      if (text) interval.addText(text);
      total.add(interval);
      return { start: new Date((starts[index] ?? 0) * 1000), ...interval.metrics() };
    });
    return {
      ...{ range, step: step * 1000, intervals, total: total.metrics() },
      jobs: [...byName].map(([name, tally]) => ({ jobName: name, ...tally.metrics() })),
      jobsSince: new Date(jobsSince * 1000),
    };
  }

  async rates(minutes: number): Promise<JobRates[]> {
    const now = await decidingTime(this.#source);
    const starts = lastStarts(now, MINUTE, minutes);
    const counts = await this.#minutes.get(MINUTE, starts, now, async (missing) =>
      (await readHashes(this.#source, MINUTE, missing)).map((hash) => eachName(hash, countsOf)),
    );
    const names = new Set(counts.flatMap((minute) => [...minute.keys()]));
    return [...names].map((jobName) => ({
      jobName,
      done: counts.map((minute) => minute.get(jobName)?.done ?? 0),
      failed: counts.map((minute) => minute.get(jobName)?.failed ?? 0),
    }));
  }

  /** Reads all names of all intervals. */
  async #byName(step: number, starts: readonly number[], now: number): Promise<Tallies> {
    const tables = await this.#tables.get(step, starts, now, async (missing) =>
      (await readHashes(this.#source, step, missing)).map((hash) => eachName(hash, tallyOf)),
    );
    const sums = new Map<string, Tally>();
    for (const table of tables) {
      for (const [jobName, tally] of table) {
        const sum = sums.get(jobName) ?? new Tally();
        sums.set(jobName, sum);
        sum.add(tally);
      }
    }
    return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function eachName<Value>(
  hash: Readonly<Record<string, string>>,
  read: (text: string) => Value,
): Map<string, Value> {
  return new Map(
    Object.entries(hash).flatMap(([jobName, text]) =>
      jobName === ALL_NAMES ? [] : [[jobName, read(text)] as const],
    ),
  );
}

function tallyOf(text: string): Tally {
  const tally = new Tally();
  tally.addText(text);
  return tally;
}

/** Reads one field of each interval; empty if nothing was counted. */
async function readField(
  { connection, keys, scripts }: MetricsSource,
  step: number,
  starts: readonly number[],
  field: string,
): Promise<string[]> {
  const calls = batches(starts, INTERVALS_AT_ONCE).map((batch) =>
    scripts.metrics.field(
      batch.map((start) => keys.metrics(step, start)),
      field,
    ),
  );
  return (await connection.callAll(calls)).flat();
}

async function readHashes(
  { connection, keys }: MetricsSource,
  step: number,
  starts: readonly number[],
): Promise<Record<string, string>[]> {
  const pipeline = connection.redis.pipeline();
  for (const start of starts) pipeline.hgetall(keys.metrics(step, start));
  return ((await pipeline.exec()) ?? []).map(([error, hash]) =>
    error ? {} : (hash as Record<string, string>),
  );
}

function lastStarts(now: number, step: number, count: number): number[] {
  return startsFrom(roundDown(now, step) - (count - 1) * step, now, step);
}

function startsFrom(first: number, now: number, step: number): number[] {
  return Array.from(
    { length: (roundDown(now, step) - first) / step + 1 },
    (_, i) => first + i * step,
  );
}

function roundDown(time: number, step: number): number {
  return time - (time % step);
}
