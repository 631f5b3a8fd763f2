import type { Clock } from '../clock.js';
import { InvalidOptionError } from '../errors.js';
import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { percentile } from './histogram.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** In seconds: how long an interval is, and how long its counters are kept. */
export const RESOLUTIONS = [
  { seconds: 60, keep: 2 * HOUR },
  { seconds: 600, keep: 2 * DAY },
  { seconds: HOUR, keep: 32 * DAY },
] as const;

const RANGES = {
  '1h': { seconds: HOUR, step: 60 },
  '6h': { seconds: 6 * HOUR, step: 600 },
  '24h': { seconds: DAY, step: 600 },
  '7d': { seconds: 7 * DAY, step: HOUR },
  '30d': { seconds: 30 * DAY, step: HOUR },
} as const;

/** How far back metrics reach. */
export type MetricsRange = keyof typeof RANGES;

/** What jobs did in an interval, or all in all. Times in milliseconds. */
export interface JobMetrics {
  readonly done: number;
  /** Runs that failed, those after which the job was dead included. */
  readonly failed: number;
  readonly dead: number;
  /** How long all runs took together. */
  readonly time: number;
  readonly run: Percentiles;
  /** From when a job was put into its queue (to the second) until it was begun. */
  readonly wait: Percentiles;
}

/** That so many per cent of the jobs took at most; `undefined` when there were none. Within 20 %. */
export interface Percentiles {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

export interface Metrics {
  readonly range: MetricsRange;
  /** Seconds of an interval. */
  readonly step: number;
  /** Oldest first; the last one is not over yet. */
  readonly intervals: readonly (JobMetrics & { readonly start: Date })[];
  readonly total: JobMetrics;
  /** By job name; all names, whatever name was asked for. */
  readonly jobs: readonly (JobMetrics & { readonly jobName: string })[];
}

/** Reads what the workers of this project have counted. Go's do not count. */
export async function readMetrics(
  { connection, keys, clock }: { connection: RedisConnection; keys: Keys; clock: Clock },
  range: MetricsRange,
  jobName: string | undefined,
): Promise<Metrics> {
  if (!Object.hasOwn(RANGES, range)) {
    throw new InvalidOptionError('range', range, `one of ${Object.keys(RANGES).join(', ')}`);
  }
  const { seconds, step } = RANGES[range];
  await connection.ready();
  const time = clock.scriptTime();
  const now =
    time === undefined ? Number((await connection.redis.time())[0]) : Math.floor(time / 1000);
  const last = now - (now % step);
  const starts = Array.from(
    { length: seconds / step },
    (_, i) => last - (seconds / step - 1 - i) * step,
  );
  const pipeline = connection.redis.pipeline();
  for (const start of starts) pipeline.hgetall(keys.metrics(step, start));
  const hashes = ((await pipeline.exec()) ?? []).map(([error, hash]) =>
    error ? {} : (hash as Record<string, string>),
  );
  const total = new Tally();
  const byName = new Map<string, Tally>();
  const intervals = hashes.map((hash, index) => {
    const interval = new Tally();
    for (const [field, count] of Object.entries(hash)) {
      const bar = field.indexOf('|');
      const [kind, name] = [field.slice(0, bar), field.slice(bar + 1)];
      let tally = byName.get(name);
      if (!tally) byName.set(name, (tally = new Tally()));
      tally.add(kind, Number(count));
      if (jobName !== undefined && name !== jobName) continue;
      interval.add(kind, Number(count));
      total.add(kind, Number(count));
    }
    return { start: new Date((starts[index] ?? 0) * 1000), ...interval.metrics() };
  });
  const jobs = [...byName].map(([name, tally]) => ({ jobName: name, ...tally.metrics() }));
  jobs.sort((a, b) => (a.jobName < b.jobName ? -1 : 1));
  return { range, step, intervals, total: total.metrics(), jobs };
}

class Tally {
  readonly #counts = { done: 0, failed: 0, dead: 0, time: 0 };
  readonly #run = new Map<number, number>();
  readonly #wait = new Map<number, number>();

  add(kind: string, count: number): void {
    if (kind === 'done' || kind === 'failed' || kind === 'dead' || kind === 'time') {
      this.#counts[kind] += count;
      return;
    }
    const histogram = kind.startsWith('run') ? this.#run : this.#wait;
    const bucket = Number(/\d+$/.exec(kind)?.[0]);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + count);
  }

  metrics(): JobMetrics {
    return { ...this.#counts, run: percentiles(this.#run), wait: percentiles(this.#wait) };
  }
}

function percentiles(histogram: ReadonlyMap<number, number>): Percentiles {
  return {
    p50: percentile(histogram, 0.5),
    p95: percentile(histogram, 0.95),
    p99: percentile(histogram, 0.99),
  };
}
