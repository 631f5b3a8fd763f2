// The thread from which a pool beats, so that a handler that keeps the event loop busy does not make others take the
// pool for dead. Plain JavaScript, because a thread loads its own file, in the sources as in the package. In a bundle it is
// an entry point, @nestcraft/work/heartbeat, whose file thread-file.ts looks for by this one's name.
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

/**
 * @typedef {object} BeatLoopData
 * @property {import('ioredis').RedisOptions} redis
 * @property {{ lua: string, keys: readonly string[], args: readonly (string | number)[] }} script what a beat runs
 * @property {number} interval milliseconds between beats
 * @property {number} stuckAfter milliseconds without a tick of the main thread after which the beats end
 * @property {SharedArrayBuffer} counters the ticks of the main thread, this one's rounds, and its beats
 */

/**
 * What the thread reports: that beats fail, that it holds them back because the main thread is stuck, or that it beats
 * again.
 *
 * @typedef {{ kind: 'failed', message: string } | { kind: 'stuck' } | { kind: 'freed' }} BeatLoopMessage
 */

/**
 * What it is told: to end; or that the pool's connection was made anew, and in a Cluster where.
 *
 * @typedef {{ kind: 'stop' } | { kind: 'follow', place?: { host: string, port: number } }} BeatLoopOrder
 */

const data = /** @type {BeatLoopData} */ (workerData);
if (!data?.counters)
  throw new Error(
    'This is the code of the thread from which a worker pool beats, and starts nothing by itself. Do not import it: add it to a bundle as an entry point named "nestcraft-heartbeat".',
  );
const { script, interval, stuckAfter } = data;
const counters = new Int32Array(data.counters);
const [TICKS, ROUNDS, BEATS] = [0, 1, 2];
const AFTER_ERROR = 1_000;

let options = data.redis;
/** @type {string | undefined} */
let reason;
/** @type {string | undefined} */
let reported;
let failures = 0;
let redis = open();

let seenTicks = -1;
let tickedAt = 0;
let stuck = false;
let stopping = false;
/** @type {NodeJS.Timeout | undefined} */
let timer;
/** @type {Promise<void>} */
let beating = Promise.resolve();

parentPort?.on('message', (/** @type {BeatLoopOrder} */ order) => {
  if (order.kind === 'stop') void stop();
  else void follow(order.place);
});
beating = next();

async function next() {
  Atomics.add(counters, ROUNDS, 1);
  const failed = await beat();
  failures = failed ? failures + 1 : 0;
  if (stopping) return;
  timer = setTimeout(() => (beating = next()), failed ? pause() : interval);
}

/** Milliseconds; a server that goes on refusing is asked ever less often, though as often as it is beaten to. */
function pause() {
  return Math.min(interval, AFTER_ERROR * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** @returns {Promise<boolean>} whether it failed */
async function beat() {
  if (isStuck()) return false;
  // It is on its way, and the main thread beats if that takes long.
  if (redis.status !== 'ready') return failed(reason);
  try {
    await redis.eval(script.lua, script.keys.length, ...script.keys, ...script.args);
    Atomics.add(counters, BEATS, 1);
    reported = undefined;
    return false;
  } catch (error) {
    if (!isOfConnection(error))
      return failed(error instanceof Error ? error.message : String(error));
    // The pool's own connection meets the same error, and reports it.
    renew();
    return true;
  }
}

/**
 * Tells the reason when it is another.
 *
 * @param {string | undefined} message
 */
function failed(message) {
  if (message !== undefined && message !== reported) report({ kind: 'failed', message });
  reported = message;
  return true;
}

/**
 * Whether another connection may help: this one was lost or is silent, or leads to a server that takes no writes.
 *
 * @param {unknown} error
 */
function isOfConnection(error) {
  const { name, message } = /** @type {Error} */ (error);
  return name !== 'ReplyError' || /^(READONLY|MOVED|UNBLOCKED)/.test(message);
}

function open() {
  const opened = new Redis({
    ...options,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000) * (0.5 + Math.random() / 2),
  });
  opened.on('error', (/** @type {Error & { command?: { name: string } }} */ error) => {
    reason = error.message;
    // ioredis would go on, in database 0.
    if (error.command?.name === 'select') opened.disconnect(true);
  });
  opened.on('ready', () => (reason = undefined));
  return opened;
}

/** A silent connection answers nothing any more, not even its end. */
function renew() {
  const former = redis;
  redis = open();
  former.disconnect();
}

/** @param {{ host: string, port: number } | undefined} place */
async function follow(place) {
  await beating;
  if (stopping) return;
  options = { ...options, ...place };
  renew();
}

/** Whether the main thread has not ticked for so long that it is taken for hung: a reaper may take its jobs. */
function isStuck() {
  const now = performance.now();
  const count = Atomics.load(counters, TICKS);
  if (count !== seenTicks) {
    seenTicks = count;
    tickedAt = now;
  }
  const is = now - tickedAt > stuckAfter;
  if (is !== stuck) report({ kind: is ? 'stuck' : 'freed' });
  stuck = is;
  return is;
}

/** The last beat must have arrived before the pool is unregistered: it would register it back. */
async function stop() {
  stopping = true;
  clearTimeout(timer);
  await beating;
  redis.disconnect();
  parentPort?.close();
}

/** @param {BeatLoopMessage} message */
function report(message) {
  parentPort?.postMessage(message);
}
