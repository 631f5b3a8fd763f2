import type { Random } from '../base/random.js';

/** In which order to look into queues, and how many jobs each is offered first. */
export interface Sample {
  readonly jobNames: readonly string[];
  /** Parallel to `jobNames`; they add up to the number of jobs wanted now. */
  readonly shares: readonly number[];
  /** The same of those that are wanted ahead. */
  readonly sharesAhead: readonly number[];
}

/**
 * Spreads fetches over job names by their priorities: over many fetches each name is offered its weight's share, and
 * whatever a dry queue leaves goes to the others in a random order in which heavier names tend to come first, as in
 * gocraft/work.
 */
export class PrioritySampler {
  /** All names. */
  readonly jobNames: readonly string[];
  readonly #weights: ReadonlyMap<string, number>;
  readonly #all: ReadonlySet<string>;
  readonly #random: Random;

  constructor(
    types: Iterable<{ readonly name: string; readonly priority: number }>,
    random: Random,
  ) {
    this.#weights = new Map([...types].map(({ name, priority }) => [name, priority]));
    this.jobNames = [...this.#weights.keys()];
    this.#all = new Set(this.jobNames);
    this.#random = random;
  }

  /** A sample for a fetch of `wanted` jobs, and of `ahead` more that no worker is idle for yet, of some of the names. */
  sample(wanted: number, ahead = 0, jobNames: ReadonlySet<string> = this.#all): Sample {
    const names = this.jobNames.filter((name) => jobNames.has(name));
    if (names.length === 1) return { jobNames: names, shares: [wanted], sharesAhead: [ahead] };
    const weights = names.map((name) => this.#weights.get(name) ?? 0);
    const shares = this.#shares(wanted, weights);
    const sharesAhead = ahead > 0 ? this.#shares(ahead, weights) : [];
    const order = this.#order(weights);
    return {
      jobNames: order.map((index) => names[index] ?? ''),
      shares: order.map((index) => shares[index] ?? 0),
      sharesAhead: order.map((index) => sharesAhead[index] ?? 0),
    };
  }

  /**
   * Whole shares by weight; the fractions that are left are drawn for, systematically: one random point, then even
   * steps. Each name's expected share is exact, with far less noise than independent draws.
   */
  #shares(wanted: number, weights: readonly number[]): number[] {
    const step = weights.reduce((sum, weight) => sum + weight, 0) / wanted;
    let next = this.#random() * step;
    let sum = 0;
    return weights.map((weight) => {
      sum += weight;
      let share = 0;
      for (; next < sum && share < wanted; next += step) share++;
      return share;
    });
  }

  /** Weighted random order without replacement (Efraimidis and Spirakis): sort by an exponential variate each. */
  #order(weights: readonly number[]): number[] {
    const arrival = weights.map((weight) => -Math.log(1 - this.#random()) / weight);
    return [...arrival.keys()].sort((a, b) => (arrival[a] ?? 0) - (arrival[b] ?? 0));
  }
}
