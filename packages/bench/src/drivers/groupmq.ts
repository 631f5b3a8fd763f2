import { Queue, Worker } from 'groupmq';
import { Redis } from 'ioredis';
import type { Setting } from '../host/protocol.js';
import type { JobArgs, NewJob } from '../jobs.js';
import type { Driver, Hooks, Producer, Workers } from './driver.js';
import { versionOf } from './version.js';

/**
 * groupmq with its batching on. It runs one job of a group at a time, so that jobs that need no order go round many
 * groups; it has no job names, so one queue has them all.
 */
export class GroupMqDriver implements Driver {
  readonly version = versionOf('groupmq');

  openProducer(setting: Setting): Promise<Producer> {
    return Promise.resolve(new GroupMqProducer(connect(setting), setting.namespace));
  }

  async startWorkers(setting: Setting, { handle, settled }: Hooks): Promise<Workers> {
    const redis = connect(setting);
    const queue = open(redis, setting.namespace);
    const worker = new Worker<JobArgs>({
      queue,
      concurrency: setting.concurrency,
      handler: (job) => handle(job.data, job.attempts - 1),
      backoff: () => 0,
    });
    worker.on('completed', settled);
    worker.on('error', (error) => console.error(error));
    void worker.run();
    await redis.ping();
    return {
      stop: async () => {
        await worker.close();
        await queue.close();
        redis.disconnect();
      },
    };
  }
}

// More than jobs run at once, at the highest concurrency that is measured.
const GROUPS = 1_000;
const BATCH = { size: 100, maxWaitMs: 1 };

class GroupMqProducer implements Producer {
  readonly #redis: Redis;
  readonly #queue: Queue<JobArgs>;
  #next = 0;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#queue = open(redis, namespace);
  }

  enqueue({ args }: NewJob): Promise<unknown> {
    return this.#queue.add({ groupId: this.#group(), data: args, maxAttempts: 2 });
  }

  schedule(jobs: readonly NewJob[], runAt: Date): Promise<unknown> {
    return Promise.all(
      jobs.map(({ args }) => this.#queue.add({ groupId: this.#group(), data: args, runAt })),
    );
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }

  #group(): string {
    return `group${this.#next++ % GROUPS}`;
  }
}

function connect({ redisUrl }: Setting): Redis {
  return new Redis(redisUrl, { maxRetriesPerRequest: null });
}

function open(redis: Redis, namespace: string): Queue<JobArgs> {
  return new Queue<JobArgs>({ redis, namespace, autoBatch: BATCH });
}
