import { performance as host } from 'node:perf_hooks';
import timers from 'node:timers';

/**
 * Node's own timers and stopwatch, as they were when the engine was loaded. A test that fakes the global ones, or those of
 * the module, fakes what its application sees of time; the engine, whose work it would wait for without end, goes on.
 */
export const {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
} = timers;

export const performance = { now: host.now.bind(host) } as const;

type NextTick = NodeJS.Process['nextTick'];
const nextTick = ticks();

/**
 * Runs a function that looks `process.nextTick` up itself, as ioredis does, with Node's own: of a faked one nobody would
 * hear that a connection is there.
 */
export function withOwnTicks<Result>(run: () => Result): Result {
  const current = ticks();
  if (current === nextTick) return run();
  process.nextTick = nextTick;
  try {
    return run();
  } finally {
    process.nextTick = current;
  }
}

function ticks(): NextTick {
  return Reflect.get<NodeJS.Process, 'nextTick'>(process, 'nextTick');
}
