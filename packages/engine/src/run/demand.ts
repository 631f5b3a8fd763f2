/** How many jobs a pool needs. */
export interface Demand {
  /** For idle workers. */
  readonly now: number;
  /** For workers that will be idle in a moment. */
  readonly ahead: number;
}
