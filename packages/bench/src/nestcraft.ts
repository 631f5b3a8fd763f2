import { readFileSync } from 'node:fs';
import { Enqueuer, silentLogger, WorkerPool } from '@nestcraft/engine';
import { BULK, PAYLOAD, type Competitor, type Setting } from './competitor.js';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** This project: one pool for all names, as an application would have it. */
export class Nestcraft implements Competitor {
  readonly name = `nestcraft ${version}`;
  #session: (Setting & { readonly enqueuer: Enqueuer }) | undefined;

  open(setting: Setting): Promise<void> {
    const { redisUrl: redis, namespace } = setting;
    this.#session = { ...setting, enqueuer: new Enqueuer({ redis, namespace }) };
    return Promise.resolve(); // the connection is made with the first job
  }

  async enqueueBulk(count: number): Promise<void> {
    for (let done = 0; done < count; done += BULK) {
      const jobs = Array.from({ length: Math.min(BULK, count - done) }, (_, i) => ({
        name: this.#nameOf(i),
        args: PAYLOAD,
      }));
      await this.#opened().enqueuer.enqueueMany(jobs);
    }
  }

  async enqueueConcurrently(count: number): Promise<void> {
    const { enqueuer } = this.#opened();
    await Promise.all(
      Array.from({ length: count }, (_, i) => enqueuer.enqueue(this.#nameOf(i), PAYLOAD)),
    );
  }

  async drain(): Promise<number> {
    const { redisUrl, namespace, jobNames, concurrency } = this.#opened();
    const pool = new WorkerPool({ redis: redisUrl, namespace, concurrency, logger: silentLogger });
    let ran = 0;
    for (const jobName of jobNames) pool.job(jobName, () => (ran += 1));
    await pool.drain();
    await pool.stop();
    return ran;
  }

  async close(): Promise<void> {
    await this.#session?.enqueuer.close();
  }

  #nameOf(index: number): string {
    const { jobNames } = this.#opened();
    return jobNames[index % jobNames.length] ?? '';
  }

  #opened(): Setting & { readonly enqueuer: Enqueuer } {
    if (!this.#session) throw new Error('Not opened');
    return this.#session;
  }
}
