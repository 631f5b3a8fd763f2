// Milliseconds within which a prefetched job is expected to begin. Jobs that run for longer count as long.
const PLANNED_WAIT = 5;
/** Milliseconds after which a prefetched job that no worker has begun goes back to its queue. */
export const MAX_WAIT = 10;
// The weights of a longer and of a shorter run: a few long jobs make a name long, and it takes many short ones to undo that.
const RISE = 0.5;
const FALL = 0.05;

/**
 * Decides how many jobs a pool may fetch ahead of its workers: as many as it has lately finished in a few milliseconds. A
 * pool that has just started, or whose jobs are long, fetches none ahead; a pool that runs a hundred thousand no-ops a
 * second fetches some hundreds. All times are in milliseconds of one monotonic clock.
 */
export class Prefetch {
  /** By job name: an average of its run times; `Infinity` for names that are never fetched ahead. */
  readonly #runTimes = new Map<string, number>();
  /** Jobs per millisecond when the last job ended, and the time of that. */
  #rate = 0;
  #endedAt = 0;

  /** @param never the names whose jobs are never fetched ahead */
  constructor(never: Iterable<string> = []) {
    for (const jobName of never) this.#runTimes.set(jobName, Infinity);
  }

  /** Learns from a job that has ended, `duration` milliseconds after it was begun. */
  ended(jobName: string, duration: number, now: number): void {
    const before = this.#runTimes.get(jobName) ?? duration;
    this.#runTimes.set(jobName, before + (duration - before) * (duration > before ? RISE : FALL));
    this.#rate = this.#rateAt(now) + 1 / PLANNED_WAIT;
    this.#endedAt = now;
  }

  /** Starts from zero, because prefetched jobs had to wait for too long. */
  overdue(): void {
    this.#rate = 0;
  }

  /** Whether jobs of the name may be fetched ahead: some have run here, and they are short. */
  allows(jobName: string): boolean {
    return (this.#runTimes.get(jobName) ?? Infinity) <= PLANNED_WAIT;
  }

  /** How many prefetched jobs, of all names together, would begin in time. */
  room(now: number): number {
    return Math.floor(this.#rateAt(now) * PLANNED_WAIT);
  }

  /** An exponential average: a job that ended one planned wait ago counts for a third. */
  #rateAt(now: number): number {
    return this.#rate * Math.exp((this.#endedAt - now) / PLANNED_WAIT);
  }
}
