import type { Random } from '../base/random.js';

/** The order in which to check queues, and the number of jobs that each is offered first. */
export interface Sample {
  readonly jobNames: readonly string[];
  /** The shares, parallel to `jobNames`; their sum is the number of jobs wanted now. */
  readonly shares: readonly number[];
  /** The same for prefetched jobs. */
  readonly sharesAhead: readonly number[];
}

/**
 * Distributes fetches over job names by their priorities. Over many fetches, each name is offered the share of its weight.
 * The remainder of an empty queue goes to the others in a random order in which heavier names tend to come first, as in
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

  /** Makes a sample for a fetch of `wanted` jobs, and of `ahead` prefetched ones, from some of the names. */
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
   * Makes whole shares by weight. Systematic sampling distributes the remaining fractions: one random point, then even steps.
   * Each name's expected share is exact, with far less noise than independent draws.
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

  /** Makes a weighted random order without replacement (Efraimidis and Spirakis), by sorting exponential variates. */
  #order(weights: readonly number[]): number[] {
    const arrival = weights.map((weight) => -Math.log(1 - this.#random()) / weight);
    return [...arrival.keys()].sort((a, b) => (arrival[a] ?? 0) - (arrival[b] ?? 0));
  }
}
