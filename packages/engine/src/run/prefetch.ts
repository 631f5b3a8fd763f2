// Milliseconds within which a job that is fetched ahead is expected to begin; jobs that take longer are long.
const PLANNED_WAIT = 5;
/** Milliseconds after which a job that was fetched ahead, and that nobody has begun, goes back to its queue. */
export const MAX_WAIT = 10;
// A name is long as soon as a few of its jobs are, and short again only after several that are.
const RISE = 0.5;
const FALL = 0.05;

/**
 * Decides how many jobs a pool may fetch ahead of its workers: as many as it has lately got through in a few
 * milliseconds. A pool that begins, or whose jobs take long, fetches nothing ahead; one that runs a hundred thousand
 * no-ops a second, some hundred of them. All times in milliseconds of one monotonous clock.
 */
export class Prefetch {
  /** By job name: about how long its jobs take, or `Infinity` for those that are never fetched ahead. */
  readonly #runTimes = new Map<string, number>();
  /** Jobs per millisecond at the time of the last one, and that time. */
  #rate = 0;
  #endedAt = 0;

  /** @param never the names whose jobs are never fetched ahead */
  constructor(never: Iterable<string> = []) {
    for (const jobName of never) this.#runTimes.set(jobName, Infinity);
  }

  /** A job has ended, `duration` milliseconds after it was begun. */
  ended(jobName: string, duration: number, now: number): void {
    const before = this.#runTimes.get(jobName) ?? duration;
    this.#runTimes.set(jobName, before + (duration - before) * (duration > before ? RISE : FALL));
    this.#rate = this.#rateAt(now) + 1 / PLANNED_WAIT;
    this.#endedAt = now;
  }

  /** Jobs that were fetched ahead had to wait for too long: begin anew. */
  overdue(): void {
    this.#rate = 0;
  }

  /** Whether jobs of the name may be fetched ahead: they have been run, and are short. */
  allows(jobName: string): boolean {
    return (this.#runTimes.get(jobName) ?? Infinity) <= PLANNED_WAIT;
  }

  /** How many jobs, of all names together, would begin soon enough. */
  room(now: number): number {
    return Math.floor(this.#rateAt(now) * PLANNED_WAIT);
  }

  /** An exponential average: what ended one planned wait ago counts for a third. */
  #rateAt(now: number): number {
    return this.#rate * Math.exp((this.#endedAt - now) / PLANNED_WAIT);
  }
}
