import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetcher } from './fetcher.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Settler } from './settler.js';
import type { FinishedJob } from '../run/finished-job.js';
import { clearTimeout, performance, setImmediate, setTimeout } from '../base/timers.js';

export interface DispatcherOptions {
  readonly connection: RedisConnection;
  readonly settler: Settler;
  readonly fetcher: Fetcher;
  readonly onError: (error: unknown) => void;
}

// While Redis executes one round, Node runs the jobs of the other.
const MAX_ROUNDS_UNDER_WAY = 2;
// Milliseconds between a failed round and the next one, doubled with each failure.
const FIRST_PAUSE = 20;
const MAX_PAUSE = 1_000;

/**
 * The only actor of a pool that fetches and settles jobs. It works in rounds: one round trip settles finished jobs and
 * fetches new ones, a few hundred at most. Up to two rounds are in flight, so that jobs which finish during the first leave
 * with the second. No fetch is sent while a put-back is unconfirmed, because it could overtake a returned job, or run a job
 * that is then put back a second time.
 *
 * When no job waits, the dispatcher rests until it is woken. A safety poll still checks the queues.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #started = false;
  #failures = 0;
  /** The number of pauses after failed rounds. No round starts before the last pause has ended. */
  #pausing = 0;
  /** The number of rounds in flight; an interlude counts as one. */
  #underWay = 0;
  /** The work to do between rounds. During an interlude, the first item is already running. */
  readonly #interludes: (() => Promise<void>)[] = [];
  #turn: NodeJS.Immediate | undefined;
  #poll: NodeJS.Timeout | undefined;
  #flushUntil: number | undefined;
  #ended: Promise<void> | undefined;
  #onEnd: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Starts fetching. A second call does nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#options.fetcher.start();
    this.#soon();
  }

  /** Fetches soon, because these names have changed. Without names, any may have changed. */
  wake(jobNames?: readonly string[]): void {
    this.#options.fetcher.refresh(jobNames);
    this.#soon();
  }

  /** Checks all queues soon, although no change is known. */
  look(): void {
    this.#options.fetcher.wake();
    this.#soon();
  }

  /** Accepts a finished job. The next round writes its fate. */
  settle(job: FinishedJob): void {
    this.#options.settler.add(job);
    this.#soon();
  }

  /** Stops fetching. A fetch in flight still returns its jobs, and running jobs are still settled. */
  stopFetching(): void {
    this.#options.fetcher.stop();
  }

  /**
   * Runs `work` between rounds, while nothing is being fetched or settled. This pool's jobs in progress in Redis are then
   * exactly those that it knows. Does nothing before the start or after the end.
   *
   * @throws what `work` throws
   */
  between(work: () => void | Promise<void>): Promise<void> {
    if (!this.#started || this.#isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#interludes.push(() => Promise.resolve().then(work).then(resolve, reject));
      this.#soon();
    });
  }

  /** Milliseconds since the last reply to a fetch, or since the start; `undefined` before the start. */
  get fetchAge(): number | undefined {
    return this.#options.fetcher.age;
  }

  /** The finished jobs that are not settled yet, without those of rounds in flight. */
  get unsettled(): readonly FinishedJob[] {
    return this.#options.settler.unsettled;
  }

  /**
   * Stops when all finished jobs are settled, or after about `patience` milliseconds.
   *
   * @returns whether all of them are settled
   */
  async stop(patience: number): Promise<boolean> {
    this.stopFetching();
    this.#ended ??= this.#end(patience);
    await this.#ended;
    return this.unsettled.length === 0;
  }

  /** Does one round: settles finished jobs and fetches for idle workers. Throws the first error after reading all replies. */
  async dispatch(): Promise<void> {
    const { connection, settler, fetcher } = this.#options;
    await connection.ready();
    const settling = settler.requests();
    const requests = settler.hasToPutBack ? settling : [...settling, ...fetcher.requests()];
    if (requests.length === 0) return;
    const replies = await connection.run(...requests.map(({ call }) => call));
    const failures = requests.map(({ onReply }, index) => attempt(() => onReply(replies[index])));
    const failure = failures.find((error) => error !== undefined);
    if (failure) throw failure;
    this.#failures = 0;
  }

  /** Fetches one job of a name, out of turn. Returns whether it found one that may run. */
  async fetchOne(jobName: string): Promise<boolean> {
    const { connection, fetcher } = this.#options;
    return fetcher.handOut(await connection.call(fetcher.one(jobName)));
  }

  async #end(patience: number): Promise<void> {
    this.#flushUntil = performance.now() + patience;
    if (!this.#started) return;
    await new Promise<void>((resolve) => {
      this.#onEnd = resolve;
      this.#soon();
    });
  }

  /** Checks for due work after this turn of the event loop, so that jobs which end in one turn share a round trip. */
  #soon(): void {
    if (!this.#started || this.#turn) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      clearTimeout(this.#poll);
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#interludes.length > 0) {
      if (this.#underWay === 0) this.#follow(this.#interlude());
    } else if (this.#isOver()) {
      this.#onEnd?.();
    } else if (this.#isDue()) {
      this.#follow(this.#round());
      this.#soon(); // There may be more work than fits into one round.
    } else if (this.#underWay === 0) {
      this.#rest();
    }
  }

  #follow(work: Promise<void>): void {
    this.#underWay++;
    void work.finally(() => {
      this.#underWay--;
      this.#soon();
    });
  }

  async #interlude(): Promise<void> {
    for (let run = this.#interludes[0]; run; run = this.#interludes[0]) {
      await run();
      this.#interludes.shift();
    }
  }

  async #round(): Promise<void> {
    try {
      await this.dispatch();
    } catch (error) {
      this.#options.onError(error);
      await this.#pause();
    }
  }

  #isDue(): boolean {
    if (this.#pausing > 0 || this.#underWay >= MAX_ROUNDS_UNDER_WAY) return false;
    const { settler, connection } = this.#options;
    if (this.#underWay > 0 && (settler.isPuttingBack || !connection.isUp)) return false;
    return settler.isDue || this.#options.fetcher.isDue;
  }

  #isOver(): boolean {
    if (this.#flushUntil === undefined || this.#underWay > 0) return false;
    return this.unsettled.length === 0 || performance.now() > this.#flushUntil;
  }

  #rest(): void {
    const { fetcher } = this.#options;
    const left = (this.#flushUntil ?? Infinity) - performance.now();
    this.#poll = setTimeout(
      () => {
        if (!fetcher.isDue) fetcher.wake();
        this.#soon();
      },
      Math.max(0, Math.min(fetcher.poll, left)),
    );
  }

  async #pause(): Promise<void> {
    if (this.#pausing === 0) this.#failures++; // Two rounds that fail together have one cause.
    this.#pausing++;
    const pause = Math.min(FIRST_PAUSE * 2 ** (this.#failures - 1), MAX_PAUSE);
    await sleep(pause * (0.5 + Math.random() / 2));
    this.#pausing--;
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
