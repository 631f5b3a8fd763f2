/** A number from 0 (included) to 1 (excluded), as `Math.random`. Injected, so that tests can seed it. */
export type Random = () => number;
