import { PassThrough } from 'node:stream';
import timers from 'node:timers';
import { WorkTestingError } from './errors.js';

const { setImmediate } = timers;
const nextTick = Reflect.get(process, 'nextTick') as unknown;
const TURNS = 3;

/**
 * Checks that streams work. Faked timers are safe here, except `process.nextTick`: if Node's own is faked, streams, and
 * therefore connections, stall. Jest fakes a copy of it.
 *
 * @throws WorkTestingError immediately, where everything would otherwise hang
 */
export async function assertStreamsRun(): Promise<void> {
  if (process.nextTick === nextTick || (await doStreamsRun())) return;
  throw new WorkTestingError(
    "process.nextTick is faked, so Node's streams, and therefore connections to Redis, stall. Do not fake it: call useFakeTimers({ toFake: ['Date'] }), or list any timers except nextTick.",
  );
}

/** Returns whether a stream reports its end, which it does through Node's own `process.nextTick`. */
async function doStreamsRun(): Promise<boolean> {
  let isClosed = false;
  new PassThrough().on('close', () => (isClosed = true)).destroy();
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  return isClosed;
}
