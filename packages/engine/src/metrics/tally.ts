import { bucketOf, percentile } from './histogram.js';

/** How a run ended: `dead` is a failure, too, and is counted as both. */
export type RunResult = 'done' | 'failed' | 'dead';

/** What jobs did in an interval, or all in all. Times in milliseconds. */
export interface JobMetrics {
  readonly done: number;
  /** Runs that failed, those after which the job was dead included. */
  readonly failed: number;
  readonly dead: number;
  /** How long all runs took together. */
  readonly time: number;
  readonly run: Percentiles;
  /** From when a job was put into its queue until it was begun, in whole seconds: 1 is less than a second. */
  readonly wait: Percentiles;
}

/** That so many per cent of the jobs took at most; `undefined` when there were none. Within 20 %. */
export interface Percentiles {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** How many, by bucket; with holes. */
type Histogram = number[];

const COUNTS = ['done', 'failed', 'dead', 'time'] as const;

/** Counts runs, and how long they took and waited. */
export class Tally {
  readonly #counts = { done: 0, failed: 0, dead: 0, time: 0 };
  readonly #run: Histogram = [];
  readonly #wait: Histogram = [];

  /** One run; times in milliseconds. */
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

  /** As it stands in Redis: a flat JSON object of what is not 0, such as `{"done":2,"time":31,"r9":2,"w0":2}`. */
  toText(): string {
    const fields: Record<string, number> = {};
    for (const name of COUNTS) if (this.#counts[name] > 0) fields[name] = this.#counts[name];
    this.#run.forEach((n, bucket) => (fields[`r${bucket}`] = n));
    this.#wait.forEach((n, bucket) => (fields[`w${bucket}`] = n));
    return JSON.stringify(fields);
  }

  /** Adds what `toText` wrote. */
  addText(text: string): void {
    const counts = this.#counts;
    const fields = JSON.parse(text) as Record<string, number>;
    // A table over many days adds up a hundred thousand of them.
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

/** Of what `Tally.toText` wrote only the counts. */
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
