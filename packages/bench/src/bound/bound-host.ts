import type { Host } from '../host/host.js';
import type { EnqueuePlan, RunPlan, Setting, Timing } from '../host/protocol.js';
import { Stopwatch } from '../host/stopwatch.js';
import { Tally } from '../host/tally.js';
import { BoundProducer } from './bound-producer.js';
import { BoundWorkers } from './bound-workers.js';
import { RawRedis } from './raw-redis.js';

/**
 * What Redis and a socket allow: the engine's scripts and payload, driven by a bare loop that parses no JSON, calls no
 * handlers and makes no objects for jobs.
 */
export class BoundHost implements Host {
  #producer: BoundProducer | undefined;

  about = () => Promise.resolve({ version: '' });

  open = async (setting: Setting) => {
    this.#producer = new BoundProducer(await RawRedis.connect(setting.redisUrl), setting);
    return null;
  };

  enqueue = async (plan: EnqueuePlan): Promise<Timing> => {
    if (!this.#producer) throw new Error('Nothing was opened that enqueues.');
    const send = this.#producer.prepare(plan);
    const watch = new Stopwatch();
    await send();
    return { count: plan.count, seconds: watch.read().seconds };
  };

  run = async (setting: RunPlan) => {
    const redis = await RawRedis.connect(setting.redisUrl);
    const done = new Tally();
    const watch = new Stopwatch();
    await new BoundWorkers(redis, setting).drain(done);
    const costs = watch.read();
    redis.close();
    return { ...costs, done: done.count, calls: done.count, latencies: [] };
  };

  close = () => {
    this.#producer?.close();
    return Promise.resolve(null);
  };

  pace = () => unable();
  start = () => unable();
  begun = () => unable();
  stop = () => unable();
}

function unable(): Promise<never> {
  return Promise.reject(new Error('The bound only enqueues and drains.'));
}
