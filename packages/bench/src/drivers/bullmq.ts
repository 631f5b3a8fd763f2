import { Queue, Worker } from 'bullmq';
import type { Setting } from '../host/protocol.js';
import type { JobArgs, NewJob } from '../jobs.js';
import type { Driver, Hooks, Producer, Workers } from './driver.js';
import { byName, share } from './share.js';
import { versionOf } from './version.js';

/**
 * BullMQ at its documented best for jobs that nobody looks at afterwards: they are removed when they are done. It has
 * one queue and one worker for each name, so the concurrency is split over them.
 */
export class BullMqDriver implements Driver {
  readonly version = versionOf('bullmq');

  async openProducer(setting: Setting): Promise<Producer> {
    const queues = new Map(
      setting.jobNames.map((name) => [
        name,
        new Queue(name, {
          ...shared(setting),
          defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 2 },
        }),
      ]),
    );
    await Promise.all([...queues.values()].map((queue) => queue.waitUntilReady()));
    return new BullMqProducer(queues);
  }

  async startWorkers(setting: Setting, { handle, settled }: Hooks): Promise<Workers> {
    const { jobNames, concurrency } = setting;
    const workers = jobNames.map((name, index) => {
      const worker = new Worker<JobArgs>(name, (job) => handle(job.data, job.attemptsMade), {
        ...shared(setting),
        concurrency: share(concurrency, jobNames.length, index),
      });
      worker.on('completed', settled);
      worker.on('error', (error) => console.error(error));
      return worker;
    });
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    return {
      stop: async () => {
        await Promise.all(workers.map((worker) => worker.close()));
      },
    };
  }
}

class BullMqProducer implements Producer {
  readonly #queues: ReadonlyMap<string, Queue>;

  constructor(queues: ReadonlyMap<string, Queue>) {
    this.#queues = queues;
  }

  enqueue({ name, args }: NewJob): Promise<unknown> {
    return this.#queue(name).add(name, args);
  }

  enqueueBulk(jobs: readonly NewJob[]): Promise<unknown> {
    return this.#addBulk(jobs);
  }

  schedule(jobs: readonly NewJob[], at: Date): Promise<unknown> {
    return this.#addBulk(jobs, Math.max(0, at.getTime() - Date.now()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #addBulk(jobs: readonly NewJob[], delay = 0): Promise<unknown> {
    return Promise.all(
      [...byName(jobs)].map(([name, group]) =>
        this.#queue(name).addBulk(
          group.map(({ args }) =>
            delay > 0 ? { name, data: args, opts: { delay } } : { name, data: args },
          ),
        ),
      ),
    );
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`No queue "${name}"`);
    return queue;
  }
}

function shared({ redisUrl, namespace }: Setting): { connection: { url: string }; prefix: string } {
  return { connection: { url: redisUrl }, prefix: namespace };
}
