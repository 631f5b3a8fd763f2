/** How many jobs a pool can do with. */
export interface Demand {
  /** For workers that are idle. */
  readonly now: number;
  /** For workers that will be, in a moment. */
  readonly ahead: number;
}
