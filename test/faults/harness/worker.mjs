// A worker process: a pool whose handlers do what the job's arguments say, and log what they do.
import { setTimeout as sleep } from 'node:timers/promises';
import { SnoozeJobError, WorkerPool } from '@nestcraft/engine';
import { digestOf } from './digest.mjs';
import { EventWriter } from './event-writer.mjs';
import { redisOf } from './redis-of.mjs';
import { skewClock } from './skew-clock.mjs';

/**
 * @typedef {object} WorkerConfig
 * @property {import('./redis-of.mjs').ActorRedis} redis
 * @property {string} namespace
 * @property {string} log the path of the event log
 * @property {Record<string, import('@nestcraft/engine').JobOptions>} jobs the names that it handles, and their options
 * @property {[spec: string, name: string][]} schedules
 * @property {Partial<import('@nestcraft/engine').WorkerPoolOptions>} options
 * @property {number} [lag] milliseconds that each job takes in this process, unless its signal aborts
 * @property {number} [sample] milliseconds between samples of the memory
 * @property {number} [skew] milliseconds by which the clock of this host is ahead
 */

/**
 * What a job does, by its arguments.
 *
 * @typedef {object} Deed
 * @property {string} [ref] what the producer calls the job
 * @property {number} [ms] milliseconds that it takes
 * @property {boolean} [deaf] whether it goes on when its signal aborts
 * @property {number} [failures] how often it fails before it succeeds
 * @property {number} [until] it snoozes before this time, in milliseconds since the epoch
 * @property {number} [block] milliseconds for which it keeps the event loop from turning
 * @property {'kill' | 'exit' | 'memory' | 'rejection' | 'never'} [poison] how it ends its process, or never ends
 */

/** @type {WorkerConfig} */
const config = JSON.parse(process.argv[2] ?? '');
skewClock(config.skew);
const log = new EventWriter(config.log);
const line = (/** @type {string} */ text) => log.write('log', { text });
const pool = new WorkerPool({
  redis: redisOf(config.redis),
  namespace: config.namespace,
  logger: { log: line, warn: line, error: line },
  ...config.options,
});
process.on('uncaughtExceptionMonitor', (error) => log.write('error', { text: String(error) }));
process.once('SIGTERM', () => {
  log.write('stopping');
  void pool.stop().then(() => log.write('stop'));
});

for (const [name, options] of Object.entries(config.jobs)) {
  pool.job(name, { backoff: () => 0, ...options }, async (job) => {
    const facts = { ref: refOf(job), id: job.id, name, attempt: job.fails, pool: pool.id };
    log.write('start', { ...facts, digest: digestOf(job.args) });
    try {
      if (config.lag) await sleep(config.lag, undefined, { signal: job.signal });
      await act(job);
      log.write('end', facts);
    } catch (error) {
      log.write(error instanceof SnoozeJobError ? 'snooze' : 'fail', facts);
      throw error;
    }
  });
}
for (const [spec, name] of config.schedules) pool.periodicallyEnqueue(spec, name);
pool.on('ready', () => log.write('ready', { pool: pool.id }));
pool.on('ownershipLost', ({ job }) =>
  log.write('lost', { ref: refOf(job), id: job.id, name: job.name, pool: pool.id }),
);
if (config.sample) {
  setInterval(() => log.write('sample', { rss: process.memoryUsage.rss() }), config.sample).unref();
}
await pool.start();

/** @param {import('@nestcraft/engine').Job} job */
function refOf(job) {
  return String(job.args.ref ?? job.id);
}

/** @param {import('@nestcraft/engine').Job} job */
async function act(job) {
  const {
    ms = 0,
    deaf,
    failures = 0,
    until = 0,
    block = 0,
    poison,
  } = /** @type {Deed} */ (job.args);
  if (ms > 0) await sleep(ms, undefined, deaf ? {} : { signal: job.signal });
  if (block > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, block);
  if (poison) await POISONS[poison]();
  if (Date.now() < until) throw new SnoozeJobError(Math.max(1_000, until - Date.now()));
  if (job.fails < failures) throw new Error(`failure ${job.fails + 1} of ${failures}`);
}

const POISONS = {
  kill: () => void process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(1),
  memory: () => {
    const hoard = [];
    for (;;) hoard.push(new Array(100_000).fill(hoard.length));
  },
  rejection: () => void Promise.reject(new Error('nobody catches this')),
  never: () => new Promise(() => undefined),
};
