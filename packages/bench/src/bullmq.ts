import { createRequire } from 'node:module';
import { Queue, Worker } from 'bullmq';
import { BULK, PAYLOAD, type Competitor, type Setting } from './competitor.js';

const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string };

/**
 * BullMQ at its documented best for jobs that nobody looks at afterwards: completed jobs are removed, and workers share
 * nothing. It has one queue and one worker for each name, so the concurrency is split over them.
 */
export class BullMq implements Competitor {
  readonly name = `bullmq ${version}`;
  #setting: Setting | undefined;
  #queues: Queue[] = [];

  async open(setting: Setting): Promise<void> {
    this.#setting = setting;
    this.#queues = setting.jobNames.map(
      (name) =>
        new Queue(name, {
          ...this.#shared(),
          defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
        }),
    );
    await Promise.all(this.#queues.map((queue) => queue.waitUntilReady()));
  }

  async enqueueBulk(count: number): Promise<void> {
    for (let done = 0; done < count; done += BULK) {
      const size = Math.min(BULK, count - done);
      await Promise.all(
        this.#queues.map((queue, index) =>
          queue.addBulk(
            Array.from({ length: share(size, this.#queues.length, index) }, () => ({
              name: queue.name,
              data: PAYLOAD,
            })),
          ),
        ),
      );
    }
  }

  async enqueueConcurrently(count: number): Promise<void> {
    const calls = Array.from({ length: count }, async (_, i) => {
      const queue = this.#queues[i % this.#queues.length];
      await queue?.add(queue.name, PAYLOAD);
    });
    await Promise.all(calls);
  }

  async drain(count: number): Promise<number> {
    const { jobNames, concurrency } = this.#opened();
    let ran = 0;
    let completed = 0;
    const workers: Worker[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const [index, name] of jobNames.entries()) {
        const worker = new Worker(name, () => Promise.resolve((ran += 1)), {
          ...this.#shared(),
          concurrency: Math.max(1, share(concurrency, jobNames.length, index)),
        });
        worker.on('completed', () => {
          if (++completed === count) resolve();
        });
        worker.on('error', reject);
        workers.push(worker);
      }
    });
    await Promise.all(workers.map((worker) => worker.close()));
    return ran;
  }

  async close(): Promise<void> {
    await Promise.all(this.#queues.map((queue) => queue.close()));
  }

  #shared(): { connection: { url: string }; prefix: string } {
    const { redisUrl, namespace } = this.#opened();
    return { connection: { url: redisUrl }, prefix: namespace };
  }

  #opened(): Setting {
    if (!this.#setting) throw new Error('Not opened');
    return this.#setting;
  }
}

/** The `index`th of `parts` even shares of `total`. */
function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}
