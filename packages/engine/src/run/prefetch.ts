// Milliseconds within which a prefetched job is expected to start. Jobs that run longer count as long.
const PLANNED_WAIT = 5;
/** Milliseconds after which a prefetched job that no worker has started returns to its queue. */
export const MAX_WAIT = 10;
// The weights of a longer and of a shorter run. A few long jobs make a name long, and only many short ones undo that.
const RISE = 0.5;
const FALL = 0.05;

/**
 * Decides how many jobs a pool may prefetch: as many as it has lately finished in a few milliseconds. A pool that has just
 * started, or whose jobs are long, prefetches none. A pool that runs a hundred thousand no-ops a second prefetches some
 * hundreds. All times are in milliseconds of one monotonic clock.
 */
export class Prefetch {
  /** The average run times by job name; `Infinity` for names that are never prefetched. */
  readonly #runTimes = new Map<string, number>();
  /** The jobs per millisecond at the end of the last job, and the time of that end. */
  #rate = 0;
  #endedAt = 0;

  /** @param never the names whose jobs are never prefetched */
  constructor(never: Iterable<string> = []) {
    for (const jobName of never) this.#runTimes.set(jobName, Infinity);
  }

  /** Learns from a job that has ended after `duration` milliseconds. */
  ended(jobName: string, duration: number, now: number): void {
    const before = this.#runTimes.get(jobName) ?? duration;
    this.#runTimes.set(jobName, before + (duration - before) * (duration > before ? RISE : FALL));
    this.#rate = this.#rateAt(now) + 1 / PLANNED_WAIT;
    this.#endedAt = now;
  }

  /** Starts from zero, because prefetched jobs have waited too long. */
  overdue(): void {
    this.#rate = 0;
  }

  /** Returns whether jobs of the name may be prefetched: some have run here, and they were short. */
  allows(jobName: string): boolean {
    return (this.#runTimes.get(jobName) ?? Infinity) <= PLANNED_WAIT;
  }

  /** Returns how many prefetched jobs, of all names together, would start in time. */
  room(now: number): number {
    return Math.floor(this.#rateAt(now) * PLANNED_WAIT);
  }

  /** Returns an exponential average, in which a job that ended one planned wait ago counts for a third. */
  #rateAt(now: number): number {
    return this.#rate * Math.exp((this.#endedAt - now) / PLANNED_WAIT);
  }
}
