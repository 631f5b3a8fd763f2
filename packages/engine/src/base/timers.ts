import { performance as host } from 'node:perf_hooks';
import timers from 'node:timers';

/**
 * Node's own timers and stopwatch, as they were when the engine was loaded. A test that fakes the global timers, or
 * those of the module, changes the application's view of time only. The engine keeps running; otherwise such a test
 * would wait for it forever.
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
 * Runs a function with Node's own `process.nextTick`. ioredis looks `nextTick` up itself, and under a faked one it
 * would never report a connection.
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
