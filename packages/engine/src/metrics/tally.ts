import { bucketOf, percentile } from './histogram.js';

/** The result of a run. `dead` is also a failure, and counts as both. */
export type RunResult = 'done' | 'failed' | 'dead';

/** The runs of jobs in an interval, or in total. Times are in milliseconds. */
export interface JobMetrics {
  readonly done: number;
  /** The number of failed runs, including those after which the job was dead. */
  readonly failed: number;
  readonly dead: number;
  /** The total duration of all runs. */
  readonly time: number;
  readonly run: Percentiles;
  /** The waits between enqueueing and start, in whole seconds; a value of 1 means less than a second. */
  readonly wait: Percentiles;
}

/** Percentiles: the times that so many per cent of the jobs did not exceed, within 20 %; `undefined` without jobs. */
export interface Percentiles {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** Numbers by bucket, with holes. */
type Histogram = number[];

const COUNTS = ['done', 'failed', 'dead', 'time'] as const;

/** Counts runs, with their durations and waits. */
export class Tally {
  readonly #counts = { done: 0, failed: 0, dead: 0, time: 0 };
  readonly #run: Histogram = [];
  readonly #wait: Histogram = [];

  /** Counts one run. Times are in milliseconds. */
  record(result: RunResult, duration: number, wait: number): void {
    this.#counts[result === 'done' ? 'done' : 'failed'] += 1;
    if (result === 'dead') this.#counts.dead += 1;
    this.#counts.time += Math.round(duration);
    count(this.#run, bucketOf(duration), 1);
    count(this.#wait, bucketOf(wait), 1);
  }

  add(other: Tally): void {
    for (const name of COUNTS) this.#counts[name] += other.#counts[name];
    other.#run.forEach((n, bucket) => count(this.#run, bucket, n));
    other.#wait.forEach((n, bucket) => count(this.#wait, bucket, n));
  }

  /** Returns the text for Redis: a flat JSON object of all values that are not 0, such as `{"done":2,"time":31,"r9":2,"w0":2}`. */
  toText(): string {
    const fields: Record<string, number> = {};
    for (const name of COUNTS) if (this.#counts[name] > 0) fields[name] = this.#counts[name];
    this.#run.forEach((n, bucket) => (fields[`r${bucket}`] = n));
    this.#wait.forEach((n, bucket) => (fields[`w${bucket}`] = n));
    return JSON.stringify(fields);
  }

  /** Adds a text that `toText` wrote. */
  addText(text: string): void {
    const counts = this.#counts;
    const fields = JSON.parse(text) as Record<string, number>;
    // A table over many days adds up a hundred thousand fields.
    for (const field in fields) {
      const n = fields[field] ?? 0;
      const bucket = Number(field.slice(1));
      if (bucket >= 0) count(field.startsWith('r') ? this.#run : this.#wait, bucket, n);
      else counts[field as keyof typeof counts] += n;
    }
  }

  metrics(): JobMetrics {
    return { ...this.#counts, run: percentiles(this.#run), wait: percentiles(this.#wait) };
  }
}

/** Reads only the counts of a text that `Tally.toText` wrote. */
export function countsOf(text: string): { readonly done?: number; readonly failed?: number } {
  return JSON.parse(text) as object;
}

function count(histogram: Histogram, bucket: number, n: number): void {
  histogram[bucket] = (histogram[bucket] ?? 0) + n;
}

function percentiles(histogram: Histogram): Percentiles {
  return {
    p50: percentile(histogram, 0.5),
    p95: percentile(histogram, 0.95),
    p99: percentile(histogram, 0.99),
  };
}
