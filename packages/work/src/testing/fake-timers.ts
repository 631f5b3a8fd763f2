import { PassThrough } from 'node:stream';
import timers from 'node:timers';
import { WorkTestingError } from './errors.js';

const { setImmediate } = timers;
const nextTick = Reflect.get(process, 'nextTick') as unknown;
const TURNS = 3;

/**
 * Faked timers do no harm here, but that of `process.nextTick` may: where it is Node's own that was faked, streams, and so
 * connections, stand still. Jest fakes one of its own.
 *
 * @throws WorkTestingError at once, where everything would hang
 */
export async function assertStreamsRun(): Promise<void> {
  if (process.nextTick === nextTick || (await doStreamsRun())) return;
  throw new WorkTestingError(
    "process.nextTick is faked, without which Node's streams, and so connections to Redis, stand still. Leave it out: useFakeTimers({ toFake: ['Date'] }), or any others but nextTick.",
  );
}

/** A stream says that it is closed by Node's own `process.nextTick`. */
async function doStreamsRun(): Promise<boolean> {
  let isClosed = false;
  new PassThrough().on('close', () => (isClosed = true)).destroy();
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  return isClosed;
}
