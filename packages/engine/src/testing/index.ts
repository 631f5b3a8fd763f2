/**
 * Utilities for tests of code that uses the engine: a pool that a test drives step by step, a clock that it moves, and
 * repeatable random numbers. Tests of Nest applications use `@nestcraft/work/testing`.
 *
 * @packageDocumentation
 */
export { type Clock } from '../base/clock.js';
export { type Random } from '../base/random.js';
export { type ManualPool, type NextJob } from '../pool/manual-pool.js';
export { type PoolTiming } from '../pool/pool-timing.js';
export { seededRandom } from './seeded-random.js';
export { startByHand } from './start-by-hand.js';
export { VirtualClock } from './virtual-clock.js';
