import type { Ability } from '../competitors.js';
import type { Trial } from '../trial.js';

/** A measurement of every competitor that has the needed ability. */
export interface Workload {
  readonly name: string;
  /** A description in a few words. */
  readonly what: string;
  readonly metrics: readonly Metric[];
  /** The maximum number of rounds that count; default: no maximum. */
  readonly rounds?: number;
  readonly cases: (sizes: Sizes) => Case[];
}

/** The sizes of a benchmark. */
export interface Sizes {
  /** The maximum number of jobs of a measurement. */
  readonly jobs: number;
  readonly concurrencies: readonly number[];
  readonly names: readonly number[];
  /** For workloads that do not try all concurrencies and numbers of names. */
  readonly concurrency: number;
  readonly nameCount: number;
  /** The duration of the steady flow, in seconds. */
  readonly flow: number;
  /** Jobs that wait in a deep queue. */
  readonly depth: number;
}

export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  readonly better: 'more' | 'less';
}

export type Unit = '/s' | 'ms' | 's' | 'MB' | 'µs' | 'bytes' | '×' | '%' | '';

export interface Case {
  /** Distinguishes it from the other cases; empty for a single case. */
  readonly title: string;
  readonly needs: Ability;
  readonly concurrency: number;
  readonly names: number;
  /** The number of jobs of a measurement. With `trims`, a slow competitor gets fewer. */
  readonly count: number;
  readonly trims: boolean;
  /** The number of jobs of a first measurement, which does not count; 0 for none. Default: as `trims` needs it. */
  readonly warmUp?: number;
  /** Measures once. Resolves to a number for each metric. */
  readonly measure: (trial: Trial, count: number) => Promise<Sample>;
}

export type Sample = Readonly<Record<string, number>>;

/** The rate of something that was counted and timed. */
export function rateOf({
  done,
  seconds,
}: {
  readonly done: number;
  readonly seconds: number;
}): number {
  return done / Math.max(seconds, 1e-6);
}

export const RATE: Metric = { key: 'rate', title: 'jobs', unit: '/s', better: 'more' };
