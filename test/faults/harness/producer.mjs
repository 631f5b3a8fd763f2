// A producer process: enqueues jobs of several kinds at a steady rate, and logs what it is told of each. It stops on
// SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Enqueuer } from '@nestcraft/engine';
import { seededRandom } from '@nestcraft/engine/testing';
import { enqueueLogged } from './enqueue-logged.mjs';
import { EventWriter } from './event-writer.mjs';
import { KINDS } from './job-kinds.mjs';
import { redisOf } from './redis-of.mjs';
import { skewClock } from './skew-clock.mjs';

/**
 * @typedef {object} ProducerConfig
 * @property {import('./redis-of.mjs').ActorRedis} redis
 * @property {string} namespace
 * @property {string} log the path of the event log
 * @property {number} rate calls per second
 * @property {number} seed
 * @property {readonly string[]} kinds the kinds of jobs that it enqueues
 * @property {number} [skew] milliseconds by which the clock of this host is ahead
 */

/** @type {ProducerConfig} */
const config = JSON.parse(process.argv[2] ?? '');
skewClock(config.skew);
const log = new EventWriter(config.log);
const random = seededRandom(config.seed);
const { namespace } = config;
const redis = redisOf(config.redis);
const enqueuer = new Enqueuer({ redis, namespace });
const client = new Client({ redis, namespace });
process.on('uncaughtExceptionMonitor', (error) => log.write('error', { text: String(error) }));
let stopping = false;
process.once('SIGTERM', () => (stopping = true));

/** @type {Set<Promise<void>>} */
const calls = new Set();
for (let count = 0; !stopping; count++) {
  const kind = config.kinds[Math.floor(random() * config.kinds.length)] ?? 'plain';
  const call = produce(kind, `${process.pid}-${count}`);
  calls.add(call);
  void call.finally(() => calls.delete(call));
  await sleep(1_000 / config.rate);
}
await Promise.all(calls);
await enqueuer.close();
client.close();
log.write('stop');

/**
 * @param {string} kind
 * @param {string} ref
 */
async function produce(kind, ref) {
  const jobs = KINDS[kind]?.(ref, random) ?? [];
  const ids = await enqueueLogged(enqueuer, log, jobs);
  if (kind === 'cancelled') for (const id of ids) await cancel(id, ref);
}

/**
 * @param {string} id
 * @param {string} ref
 */
async function cancel(id, ref) {
  try {
    await client.cancel(id);
  } catch {
    // Unknown is as good as cancelled: the job may run, and need not.
  }
  log.write('cancelled', { id, ref });
}
