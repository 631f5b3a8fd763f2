import { Enqueuer, silentLogger, WorkerPool } from '@nestcraft/engine';
import type { Setting } from '../host/protocol.js';
import type { JobArgs, NewJob } from '../jobs.js';
import type { Driver, Hooks, Producer, Workers } from './driver.js';
import { versionOf } from './version.js';

/** This project without Nest: one pool for all names, as an application would have it. */
export class NestcraftDriver implements Driver {
  readonly version = versionOf('@nestcraft/engine');

  openProducer({ redisUrl: redis, namespace }: Setting): Promise<Producer> {
    return Promise.resolve(
      new NestcraftProducer(new Enqueuer({ redis, namespace, logger: silentLogger })),
    );
  }

  async startWorkers(setting: Setting, { handle, settled }: Hooks): Promise<Workers> {
    const { redisUrl: redis, namespace, jobNames, concurrency } = setting;
    const pool = new WorkerPool({ redis, namespace, concurrency, logger: silentLogger });
    for (const jobName of jobNames) {
      pool.job(jobName, { backoff: () => 0 }, (job) =>
        handle(job.args as unknown as JobArgs, job.fails),
      );
    }
    pool.on('settled', ({ fate }) => {
      if (fate.kind === 'done') settled();
    });
    await pool.start();
    return pool;
  }
}

class NestcraftProducer implements Producer {
  readonly #enqueuer: Enqueuer;

  constructor(enqueuer: Enqueuer) {
    this.#enqueuer = enqueuer;
  }

  enqueue({ name, args }: NewJob): Promise<unknown> {
    return this.#enqueuer.enqueue(name, args);
  }

  enqueueBulk(jobs: readonly NewJob[]): Promise<unknown> {
    return this.#enqueuer.enqueueMany(jobs);
  }

  schedule(jobs: readonly NewJob[], at: Date): Promise<unknown> {
    return Promise.all(jobs.map(({ name, args }) => this.#enqueuer.enqueue(name, args, { at })));
  }

  close(): Promise<void> {
    return this.#enqueuer.close();
  }
}
