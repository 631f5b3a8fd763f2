/** The numbers of jobs that a pool needs. */
export interface Demand {
  /** The number of jobs for idle workers. */
  readonly now: number;
  /** The number of jobs for workers that will be idle in a moment. */
  readonly ahead: number;
}
