import type { Ability } from '../competitors.js';
import type { Contest } from '../contest.js';

/** Something that is measured of every competitor that can do it. */
export interface Workload {
  readonly name: string;
  /** In a few words. */
  readonly what: string;
  readonly metrics: readonly Metric[];
  /** Rounds that count, at most; default: as many as are asked for. */
  readonly rounds?: number;
  readonly cases: (sizes: Sizes) => Case[];
}

/** How large a benchmark is to be. */
export interface Sizes {
  /** Most jobs of a measurement. */
  readonly jobs: number;
  readonly concurrencies: readonly number[];
  readonly names: readonly number[];
  /** What workloads take that do not go through all of them. */
  readonly concurrency: number;
  readonly nameCount: number;
  /** Seconds for which the steady flow goes on. */
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
  /** What distinguishes it from the others; empty if there are none. */
  readonly title: string;
  readonly needs: Ability;
  readonly concurrency: number;
  readonly names: number;
  /** Jobs of a measurement. A slow competitor gets fewer, if `trims`. */
  readonly count: number;
  readonly trims: boolean;
  /** Jobs of a first measurement, which does not count; 0 for none. Default: as `trims` needs it. */
  readonly rehearsal?: number;
  /** Measures once; a number for each metric. */
  readonly measure: (contest: Contest, count: number) => Promise<Sample>;
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
