import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Fetcher } from './fetcher.js';
import type { RedisConnection, Reply, Request } from './redis/redis-connection.js';
import type { Settler } from './settler.js';
import type { FinishedJob } from './finished-job.js';

export interface DispatcherOptions {
  readonly connection: RedisConnection;
  readonly settler: Settler;
  readonly fetcher: Fetcher;
  readonly onError: (error: unknown) => void;
}

const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 1_000;

/**
 * The one loop of a pool that talks to Redis about jobs: a single round trip settles all jobs that have finished and
 * fetches for all idle workers. While it is under way, the workers go on with what was fetched ahead.
 *
 * When nothing waits it sleeps until it is woken. A safety poll goes on all the same.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #failures = 0;
  #flushUntil: number | undefined;
  #running: Promise<void> | undefined;
  #kick: (() => void) | undefined;
  #interludes: (() => Promise<void>)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Starts the loop. A second call does nothing. */
  start(): void {
    this.#options.fetcher.start();
    this.#running ??= this.#run();
  }

  /** Something has changed: fetch soon. */
  wake(): void {
    this.#options.fetcher.refresh();
    this.#kick?.();
  }

  /** Takes a finished job; its fate is written with the next round trip. */
  settle(job: FinishedJob): void {
    this.#options.settler.add(job);
    this.#kick?.();
  }

  /** Takes no more jobs, once a fetch in flight has been answered; what is running will still be settled. */
  stopFetching(): void {
    this.#options.fetcher.stop();
  }

  /**
   * Runs `work` between two rounds: nothing is being fetched or settled, and what Redis has in progress is what this
   * pool knows of. Nothing is run once the loop has ended.
   *
   * @throws what `work` throws
   */
  between(work: () => void | Promise<void>): Promise<void> {
    if (!this.#running || this.#isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#interludes.push(() => Promise.resolve().then(work).then(resolve, reject));
      this.#kick?.();
    });
  }

  /** Milliseconds since a fetch was answered, or since the start; `undefined` before that. */
  get fetchAge(): number | undefined {
    return this.#options.fetcher.age;
  }

  /** The finished jobs whose fates Redis has not confirmed yet. */
  get unsettled(): readonly FinishedJob[] {
    return this.#options.settler.unsettled;
  }

  /**
   * Ends the loop when all finished jobs are settled, or after about `patience` milliseconds.
   *
   * @returns whether all of them are
   */
  async stop(patience: number): Promise<boolean> {
    this.stopFetching();
    this.#flushUntil ??= performance.now() + patience;
    this.#kick?.();
    await this.#running;
    return this.unsettled.length === 0;
  }

  /** One round: settles what has finished and fetches for who is idle. */
  async dispatch(): Promise<void> {
    const { connection, settler, fetcher } = this.#options;
    await connection.ready();
    const requests = [...settler.requests(), ...fetcher.requests()];
    if (requests.length === 0) return;
    const replies = await this.#send(requests);
    const failures = requests.map(({ onReply }, index) => attempt(() => onReply(replies[index])));
    const failure = failures.find((error) => error !== undefined);
    if (failure) throw failure;
    this.#failures = 0;
  }

  /** Fetches one job of a name, whoever's turn it would be. Returns whether there was one that may be run. */
  async fetchOne(jobName: string): Promise<boolean> {
    const { connection, fetcher } = this.#options;
    return fetcher.handOut(await connection.call(fetcher.one(jobName)));
  }

  async #run(): Promise<void> {
    while (!this.#isOver()) {
      await this.#interlude();
      // Jobs that end in the same turn of the event loop shall share a round trip.
      if (this.#isDue()) await nextTurn();
      else await this.#rest();
      if (!this.#isDue() || this.#interludes.length > 0) continue;
      try {
        await this.dispatch();
      } catch (error) {
        this.#options.onError(error);
        await sleep(this.#pause());
      }
    }
    await this.#interlude();
  }

  async #interlude(): Promise<void> {
    const interludes = this.#interludes;
    this.#interludes = [];
    for (const run of interludes) await run();
  }

  #isDue(): boolean {
    return this.#interludes.length > 0 || this.unsettled.length > 0 || this.#options.fetcher.isDue;
  }

  #isOver(): boolean {
    if (this.#flushUntil === undefined) return false;
    return this.unsettled.length === 0 || performance.now() > this.#flushUntil;
  }

  async #rest(): Promise<void> {
    // It may have ended while an interlude ran, when there was nobody to kick.
    if (this.#isOver()) return;
    const { fetcher } = this.#options;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        fetcher.wake();
        resolve();
      }, fetcher.poll);
      this.#kick = () => {
        if (!this.#isDue() && !this.#isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#kick = undefined;
  }

  /** Whoever has made a request hears how it went, even when nothing could be sent. */
  async #send(requests: readonly Request[]): Promise<readonly Reply[]> {
    try {
      return await this.#options.connection.run(...requests.map(({ call }) => call));
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      return requests.map(() => ({ error: failure }));
    }
  }

  #pause(): number {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    return pause * (0.5 + Math.random() / 2);
  }
}

function attempt(act: () => void): Error | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
