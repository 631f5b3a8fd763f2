import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { PrioritySampler } from './priority-sampler.js';
import { resultOf, type RedisConnection, type Reply } from './redis/redis-connection.js';
import { redisFault } from './redis/redis-fault.js';
import type { ScriptCall } from './redis/script.js';
import type { Fetched, FetchedEntry, Scripts } from './redis/scripts.js';
import type { FinishedJob } from './workers.js';

export interface DispatcherOptions {
  readonly poolId: string;
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  readonly sampler: PrioritySampler;
  /** The names whose unique jobs hold their claims until they are done. */
  readonly holding: ReadonlySet<string>;
  /** How many workers are idle. */
  readonly idle: () => number;
  /** Whether a waker hears of changes, so that an empty fetch need not be repeated soon. */
  readonly isWatching: () => boolean;
  readonly onFetched: (entry: FetchedEntry) => void;
  /** A job's fate is written; or, if not `owned`, somebody else had taken the job and nothing was. */
  readonly onSettled: (job: FinishedJob, owned: boolean) => void;
  /** A fetch found nothing to run. */
  readonly onDry: () => void;
  readonly onError: (error: unknown) => void;
  /** Milliseconds after which an idle pool looks even if nobody woke it; default 2000. */
  readonly safetyPoll?: number;
}

const DEFAULT_SAFETY_POLL = 2_000;
// gocraft/work's sleeps after the first, second, … empty fetch, capped at 1 s.
const POLLS_WITHOUT_WAKER = [10, 100];
const LONGEST_POLL_WITHOUT_WAKER = 1_000;
// Scripts block Redis for everybody: no single one shall take more than some milliseconds.
const MAX_BATCH = 1_000;
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 1_000;

/**
 * The one loop of a pool that talks to Redis about jobs: a single round trip settles all jobs that have finished and
 * fetches for all idle workers.
 *
 * When nothing waits it sleeps. It can, because a fetch that comes back short is followed by one that has Redis watch
 * every key that it reads, atomically with the look itself, so that no change slips in between; the waker then calls
 * `wake`. A safety poll goes on all the same.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  #finished: FinishedJob[] = [];
  /** Jobs whose settling was sent before: that they are no longer in progress says nothing about them. */
  readonly #sentBefore = new WeakSet<FinishedJob>();
  /** Something may be waiting that no fetch has looked for yet. */
  #hungry = true;
  /** The last fetch found less than was wanted. */
  #short = false;
  /** The names whose limit kept jobs back in the last fetch. */
  #atLimit: ReadonlySet<string> = new Set();
  #emptyFetches = 0;
  #failures = 0;
  #settleLimit = MAX_BATCH;
  #fetching = true;
  #flushUntil: number | undefined;
  #running: Promise<void> | undefined;
  #kick: (() => void) | undefined;
  #interludes: (() => Promise<void>)[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Starts the loop. A second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Something has changed: fetch soon. */
  wake(): void {
    this.#hungry = true;
    this.#emptyFetches = 0;
    this.#kick?.();
  }

  /** Takes a finished job; its fate is written with the next round trip. */
  settle(job: FinishedJob): void {
    this.#finished.push(job);
    this.#kick?.();
  }

  /** Takes no more jobs, once a fetch in flight has been answered; what is running will still be settled. */
  stopFetching(): void {
    this.#fetching = false;
  }

  /**
   * Runs `work` between two rounds: nothing is being fetched or settled, and what Redis has in progress is what this
   * pool knows of. Nothing is run once the loop has ended.
   *
   * @throws what `work` throws
   */
  between(work: () => Promise<void>): Promise<void> {
    if (!this.#running || this.#isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#interludes.push(() => work().then(resolve, reject));
      this.#kick?.();
    });
  }

  /** The finished jobs whose fates Redis has not confirmed yet. */
  get unsettled(): readonly FinishedJob[] {
    return this.#finished;
  }

  /**
   * Ends the loop when all finished jobs are settled, or after about `patience` milliseconds.
   *
   * @returns whether all of them are
   */
  async stop(patience: number): Promise<boolean> {
    this.#fetching = false;
    this.#flushUntil ??= performance.now() + patience;
    this.#kick?.();
    await this.#running;
    return this.#finished.length === 0;
  }

  /** One round: settles what has finished and fetches for who is idle. */
  async dispatch(): Promise<void> {
    const { connection } = this.#options;
    await connection.ready();
    const settle = this.#prepareSettle();
    const fetch = this.#prepareFetch();
    const calls = [settle?.call, fetch?.call].filter((call) => call !== undefined);
    if (calls.length === 0) return;
    const replies = await connection.run(...calls);
    const failures = [
      settle && this.#attempt(() => this.#afterSettle(settle, replies.shift())),
      fetch && this.#attempt(() => this.#afterFetch(fetch, replies.shift())),
    ];
    const failure = failures.find((error) => error !== undefined);
    if (failure) throw failure;
    this.#failures = 0;
  }

  /** Fetches one job of a name, whoever's turn it would be. Returns whether there was one that may be run. */
  async fetchOne(jobName: string): Promise<boolean> {
    const { connection, scripts, poolId, holding, onFetched } = this.#options;
    const sample = { jobNames: [jobName], shares: [1] };
    const call = scripts.fetch({
      ...{ poolId, wanted: 1, watch: false, atLimit: new Set(), holding },
      ...sample,
    });
    const { entries } = await connection.call(call);
    for (const entry of entries) onFetched(entry);
    return entries.length > 0;
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
    return (
      this.#interludes.length > 0 ||
      this.#finished.length > 0 ||
      (this.#fetching && this.#hungry && this.#options.idle() > 0)
    );
  }

  #isOver(): boolean {
    if (this.#flushUntil === undefined) return false;
    return this.#finished.length === 0 || performance.now() > this.#flushUntil;
  }

  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#hungry = true;
        resolve();
      }, this.#poll());
      this.#kick = () => {
        if (!this.#isDue() && !this.#isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#kick = undefined;
  }

  #poll(): number {
    const { isWatching, safetyPoll = DEFAULT_SAFETY_POLL } = this.#options;
    const backedOff = POLLS_WITHOUT_WAKER[this.#emptyFetches - 1] ?? LONGEST_POLL_WITHOUT_WAKER;
    const poll = isWatching() ? safetyPoll : Math.min(safetyPoll, backedOff);
    return poll * (0.75 + Math.random() / 2); // so that a fleet does not poll in step
  }

  #pause(): number {
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    return pause * (0.5 + Math.random() / 2);
  }

  #prepareSettle(): Settle | undefined {
    const { scripts, poolId } = this.#options;
    const jobs = this.#finished.splice(0, this.#settleLimit);
    return jobs.length === 0 ? undefined : { jobs, call: scripts.settle(poolId, jobs) };
  }

  #prepareFetch(): Fetch | undefined {
    const { scripts, poolId, sampler, holding, idle, isWatching } = this.#options;
    const wanted = this.#fetching ? Math.min(idle(), MAX_BATCH) : 0;
    if (wanted <= 0) return undefined;
    const wasHungry = this.#hungry;
    const watch = wasHungry && this.#short && isWatching();
    // Whoever wakes us from here on knows of something that this fetch may not see.
    this.#hungry = false;
    const atLimit = this.#atLimit;
    const sample = sampler.sample(wanted);
    const call = scripts.fetch({ poolId, wanted, watch, atLimit, holding, ...sample });
    return { call, wanted, watch, wasHungry, atLimit };
  }

  #afterSettle({ jobs, call }: Settle, reply: Reply | undefined): void {
    let positions: number[];
    try {
      positions = resultOf(call, reply);
    } catch (error) {
      this.#settleAgain(jobs, error);
      throw error;
    }
    this.#settleLimit = MAX_BATCH;
    const gone = new Set(positions);
    for (const [position, job] of jobs.entries()) {
      this.#options.onSettled(job, !gone.has(position) || this.#sentBefore.has(job));
    }
  }

  /** Settling is safe to repeat. One that Redis refuses for its own sake must not hold up the others. */
  #settleAgain(jobs: readonly FinishedJob[], error: unknown): void {
    for (const job of jobs) this.#sentBefore.add(job);
    const refused = redisFault(error).remedy === 'alert';
    if (refused) this.#settleLimit = 1;
    this.#finished = refused ? [...this.#finished, ...jobs] : [...jobs, ...this.#finished];
  }

  #afterFetch(fetch: Fetch, reply: Reply | undefined): void {
    let fetched: Fetched;
    try {
      fetched = resultOf(fetch.call, reply);
    } catch (error) {
      this.#hungry = true;
      throw error;
    }
    const { entries, atLimit } = fetched;
    this.#short = entries.length < fetch.wanted;
    this.#atLimit = atLimit;
    this.#emptyFetches = entries.length === 0 ? this.#emptyFetches + 1 : 0;
    if (entries.length > 0 || !this.#willBeWoken(fetch, atLimit)) this.#hungry = true;
    for (const entry of entries) this.#options.onFetched(entry);
    if (entries.length === 0) this.#options.onDry();
  }

  /** Whether an empty fetch needs no other: Redis watches all that it read, or nobody can watch anything. */
  #willBeWoken({ wasHungry, watch, atLimit }: Fetch, keptBack: ReadonlySet<string>): boolean {
    if (!wasHungry || !this.#options.isWatching()) return true;
    return watch && [...keptBack].every((name) => atLimit.has(name));
  }

  #attempt(act: () => void): Error | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

interface Settle {
  readonly jobs: readonly FinishedJob[];
  readonly call: ScriptCall<number[]>;
}

interface Fetch {
  readonly call: ScriptCall<Fetched>;
  readonly wanted: number;
  readonly watch: boolean;
  readonly wasHungry: boolean;
  /** The names whose locks are watched, too. */
  readonly atLimit: ReadonlySet<string>;
}
