import BeeQueue from 'bee-queue';
import type { Setting } from '../host/protocol.js';
import type { JobArgs, NewJob } from '../jobs.js';
import type { Driver, Hooks, Producer, Workers } from './driver.js';
import { byName, share } from './share.js';
import { versionOf } from './version.js';

/**
 * bee-queue with its events off, jobs not kept in memory, and removed when they are done. It has one queue for each
 * name, so the concurrency is split over them.
 */
export class BeeQueueDriver implements Driver {
  readonly version = versionOf('bee-queue');

  async openProducer(setting: Setting): Promise<Producer> {
    const queues = setting.jobNames.map((name) => open(name, setting, { isWorker: false }));
    await Promise.all(queues.map((queue) => queue.ready()));
    return new BeeQueueProducer(new Map(queues.map((queue) => [queue.name, queue])));
  }

  async startWorkers(setting: Setting, { handle, settled }: Hooks): Promise<Workers> {
    const { jobNames, concurrency } = setting;
    const queues = jobNames.map((name) =>
      open(name, setting, {
        removeOnSuccess: true,
        removeOnFailure: true,
        activateDelayedJobs: true,
      }),
    );
    await Promise.all(queues.map((queue) => queue.ready()));
    for (const [index, queue] of queues.entries()) {
      queue.on('succeeded', settled);
      queue.on('error', (error) => console.error(error));
      queue.process(share(concurrency, jobNames.length, index), (job) =>
        handle(job.data, RETRIES - (job.options as { retries: number }).retries),
      );
    }
    return {
      stop: async () => {
        await Promise.all(queues.map((queue) => queue.close()));
      },
    };
  }
}

type Queue = BeeQueue<JobArgs>;
type QueuedJob = BeeQueue.Job<JobArgs>;

const RETRIES = 1;

class BeeQueueProducer implements Producer {
  readonly #queues: ReadonlyMap<string, Queue>;

  constructor(queues: ReadonlyMap<string, Queue>) {
    this.#queues = queues;
  }

  enqueue(job: NewJob): Promise<unknown> {
    return this.#create(job).save();
  }

  enqueueBulk(jobs: readonly NewJob[]): Promise<unknown> {
    return this.#saveAll(jobs, (job) => this.#create(job));
  }

  schedule(jobs: readonly NewJob[], at: Date): Promise<unknown> {
    return this.#saveAll(jobs, (job) => this.#create(job).delayUntil(at));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #saveAll(jobs: readonly NewJob[], create: (job: NewJob) => QueuedJob): Promise<unknown> {
    return Promise.all(
      [...byName(jobs)].map(async ([name, group]) => {
        const errors = await this.#queue(name).saveAll(group.map(create));
        for (const error of errors.values()) throw error;
      }),
    );
  }

  #create({ name, args }: NewJob): QueuedJob {
    return this.#queue(name).createJob(args).retries(RETRIES);
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new Error(`No queue "${name}"`);
    return queue;
  }
}

function open(name: string, { redisUrl, namespace }: Setting, more: BeeQueue.QueueSettings): Queue {
  return new BeeQueue<JobArgs>(name, {
    prefix: namespace,
    redis: redisUrl,
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    ...more,
  });
}
