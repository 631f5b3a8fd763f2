import type { WorkerPoolOptions } from '@nestcraft/engine';
import { KIND_JOBS, KINDS, type ActorProcess, type Scene } from '../harness/index.js';

const WORKERS = 3;
const PRODUCERS = 2;
// Calls a second of each producer. `many` makes twenty jobs of a call.
const RATE = 25;
const SAMPLE = 5_000;
const OPTIONS: Partial<WorkerPoolOptions> = { rescueUnknownJobs: true, shutdownTimeout: 5_000 };
const SCHEDULES = [
  ['*/2 * * * * *', 'tick'],
  ['@every 3s', 'tock'],
] as const;

/** The processes of a soak test. */
export class Fleet {
  readonly #scene: Scene;
  readonly #producers: ActorProcess[] = [];
  #workers: ActorProcess[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async start(seed: number): Promise<void> {
    for (let i = 0; i < WORKERS; i++) await this.addWorker();
    const kinds = Object.keys(KINDS);
    for (let i = 0; i < PRODUCERS; i++) {
      this.#producers.push(this.#scene.producer({ rate: RATE, seed: seed + i, kinds }));
    }
  }

  /** One of the workers. @param pick from 0 to 1 */
  worker(pick: number): ActorProcess {
    const worker = this.#workers[Math.floor(pick * this.#workers.length)];
    if (!worker) throw new Error('There is no worker');
    return worker;
  }

  /** Starts a worker in the place of one that has ended. */
  async addWorker(instead?: ActorProcess): Promise<void> {
    this.#workers = this.#workers.filter((worker) => worker !== instead);
    const worker = this.#scene.worker({
      jobs: { ...KIND_JOBS, tick: {}, tock: {} },
      schedules: SCHEDULES,
      options: OPTIONS,
      sample: SAMPLE,
    });
    this.#workers.push(worker);
    await worker.logged('ready');
  }

  async stopProducers(): Promise<void> {
    for (const producer of this.#producers) producer.terminate();
    await Promise.all(this.#producers.map((producer) => producer.exited()));
  }

  async stopWorkers(): Promise<void> {
    for (const worker of this.#workers) worker.terminate();
    await Promise.all(this.#workers.map((worker) => worker.exited()));
  }
}
