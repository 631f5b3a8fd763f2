// The thread from which a pool beats, so that a handler that keeps the event loop busy does not make others take the
// pool for dead. Plain JavaScript, because a thread loads its own file, in the sources as in the package.
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

/**
 * @typedef {object} BeatLoopData
 * @property {import('ioredis').RedisOptions} redis
 * @property {{ lua: string, keys: readonly string[], args: readonly (string | number)[] }} script what a beat runs
 * @property {number} interval milliseconds between beats
 * @property {number} stuckAfter milliseconds without a tick of the main thread after which the beats end
 * @property {SharedArrayBuffer} ticks counts what the main thread ticks
 */

/**
 * What the thread tells: that a beat failed, that it holds its beats back because the main thread is stuck, or that
 * it beats again.
 *
 * @typedef {{ kind: 'failed', message: string } | { kind: 'stuck' } | { kind: 'freed' }} BeatLoopMessage
 */

const data = /** @type {BeatLoopData} */ (workerData);
const { script, interval, stuckAfter } = data;
const ticks = new Int32Array(data.ticks);
const AFTER_ERROR = 1_000;

const redis = new Redis({
  ...data.redis,
  retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
});
redis.on('error', () => undefined); // Every beat that fails is told.

let seenTicks = -1;
let tickedAt = 0;
let stuck = false;
let stopping = false;
/** @type {NodeJS.Timeout | undefined} */
let timer;
/** @type {Promise<void>} */
let beating = Promise.resolve();

parentPort?.once('message', () => void stop());
beating = next();

async function next() {
  const failed = await beat();
  if (stopping) return;
  const wait = failed ? Math.min(interval, AFTER_ERROR) : interval;
  timer = setTimeout(() => (beating = next()), wait);
}

/** @returns {Promise<boolean>} whether it failed */
async function beat() {
  if (isStuck()) return false;
  try {
    await redis.eval(script.lua, script.keys.length, ...script.keys, ...script.args);
    return false;
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    return true;
  }
}

/** Whether the main thread has not ticked for so long that it is taken for hung: a reaper shall have its jobs. */
function isStuck() {
  const now = performance.now();
  const count = Atomics.load(ticks, 0);
  if (count !== seenTicks) {
    seenTicks = count;
    tickedAt = now;
  }
  const is = now - tickedAt > stuckAfter;
  if (is !== stuck) tell({ kind: is ? 'stuck' : 'freed' });
  stuck = is;
  return is;
}

/** The last beat must have arrived before the pool is taken off the books: it would put it back. */
async function stop() {
  stopping = true;
  clearTimeout(timer);
  await beating;
  redis.disconnect();
  parentPort?.close();
}

/** @param {BeatLoopMessage} message */
function tell(message) {
  parentPort?.postMessage(message);
}
