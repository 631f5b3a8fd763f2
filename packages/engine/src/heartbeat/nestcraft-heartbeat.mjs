// The thread from which a pool beats. Without it, a handler that blocks the event loop would make other pools take the pool
// for dead. It is plain JavaScript, because a thread loads its own file, both in the sources and in the package. In a
// bundle it is the entry point @nestcraft/work/heartbeat, which thread-file.ts finds by the name of this file.
import { parentPort, workerData } from 'node:worker_threads';
import { Redis } from 'ioredis';

/**
 * @typedef {object} BeatLoopData
 * @property {import('ioredis').RedisOptions} redis
 * @property {{ lua: string, keys: readonly string[], args: readonly (string | number)[] }} script the script of a beat
 * @property {number} interval milliseconds between beats
 * @property {number} stuckAfter milliseconds without a tick of the main thread after which the beats stop
 * @property {SharedArrayBuffer} counters the ticks of the main thread, the rounds and the beats of
 *   this one, and the seconds for which Redis has not answered the main thread's fetches
 */

/**
 * A report of the thread: its beats fail, it holds them back because the main thread is stuck, or it beats again.
 *
 * @typedef {{ kind: 'failed', message: string } | { kind: 'stuck' } | { kind: 'freed' }} BeatLoopMessage
 */

/**
 * An order to the thread: to end, or to follow the pool's new connection, in a Cluster to its node.
 *
 * @typedef {{ kind: 'stop' } | { kind: 'follow', place?: { host: string, port: number } }} BeatLoopOrder
 */

const data = /** @type {BeatLoopData} */ (workerData);
if (!data?.counters)
  throw new Error(
    'This is the code of the thread from which a worker pool beats. It starts nothing when it is imported. Add it to a bundle as an entry point named "nestcraft-heartbeat" instead.',
  );
const { script, interval, stuckAfter } = data;
const counters = new Int32Array(data.counters);
const [TICKS, ROUNDS, BEATS, UNANSWERED] = [0, 1, 2, 3];
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

/** Milliseconds until the next try. They grow while the server refuses, up to the interval of beats. */
function pause() {
  return Math.min(interval, AFTER_ERROR * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** @returns {Promise<boolean>} whether it failed */
async function beat() {
  if (isStuck()) return false;
  // The connection is being made. If that takes long, the main thread beats.
  if (redis.status !== 'ready') return failed(reason);
  try {
    const unanswered = Atomics.load(counters, UNANSWERED);
    const news = unanswered > 0 ? ['fetch_unanswered', unanswered] : [];
    await redis.eval(script.lua, script.keys.length, ...script.keys, ...script.args, ...news);
    Atomics.add(counters, BEATS, 1);
    reported = undefined;
    return false;
  } catch (error) {
    if (!isOfConnection(error))
      return failed(error instanceof Error ? error.message : String(error));
    // The pool's own connection gets the same error and reports it.
    renew();
    return true;
  }
}

/**
 * Reports the reason if it has changed.
 *
 * @param {string | undefined} message
 */
function failed(message) {
  if (message !== undefined && message !== reported) report({ kind: 'failed', message });
  reported = message;
  return true;
}

/**
 * Returns whether a new connection may help: this one was lost or is silent, or its server accepts no writes.
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
    // ioredis would continue in database 0.
    if (error.command?.name === 'select') opened.disconnect(true);
  });
  opened.on('ready', () => (reason = undefined));
  return opened;
}

/** Replaces the connection without waiting for its end, because a silent connection never confirms that. */
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

/** Returns whether the main thread has not ticked for so long that it counts as hung and a reaper may take its jobs. */
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

/** Ends the thread. The last beat must arrive before the pool is unregistered, because it would register the pool again. */
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
