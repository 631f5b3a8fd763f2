/** Returns a number from 0 (included) to 1 (excluded), like `Math.random`. Injected, so that tests can seed it. */
export type Random = () => number;
