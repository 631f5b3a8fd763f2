import type { PrioritySampler } from './priority-sampler.js';
import { resultOf, type Reply, type Request } from './redis/redis-connection.js';
import type { ScriptCall } from './redis/script.js';
import type { Fetched, FetchedEntry, Scripts } from './redis/scripts.js';

/** How many jobs a pool can do with. */
export interface Demand {
  /** For workers that are idle. */
  readonly now: number;
  /** For workers that will be, in a moment. */
  readonly ahead: number;
}

export interface FetcherOptions {
  readonly poolId: string;
  readonly scripts: Scripts;
  readonly sampler: PrioritySampler;
  /** The names whose unique jobs hold their claims until they are done. */
  readonly holding: ReadonlySet<string>;
  readonly demand: () => Demand;
  /** Whether jobs of the name may be fetched ahead. */
  readonly mayPrefetch: (jobName: string) => boolean;
  /** Whether a waker hears of changes, so that an empty fetch need not be repeated soon. */
  readonly isWatching: () => boolean;
  readonly onFetched: (entries: readonly FetchedEntry[]) => void;
  /** A fetch found nothing to run. */
  readonly onDry: () => void;
  /** Milliseconds after which an idle pool looks even if nobody woke it; default 2000. */
  readonly safetyPoll?: number | undefined;
}

const DEFAULT_SAFETY_POLL = 2_000;
// gocraft/work's sleeps after the first, second, … empty fetch, capped at 1 s.
const POLLS_WITHOUT_WAKER = [10, 100];
const LONGEST_POLL_WITHOUT_WAKER = 1_000;
// Scripts block Redis for everybody: no single one shall take more than some milliseconds.
const MAX_BATCH = 1_000;

/**
 * Knows when to fetch, and how much. When nothing waits it need not fetch: a fetch that comes back short is followed by
 * one that has Redis watch every key that it reads, atomically with the look itself, so that no change slips in between;
 * the waker then calls `wake`.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  /** Something may be waiting that no fetch has looked for yet. */
  #hungry = true;
  /** The last fetch left workers idle. */
  #short = false;
  /** The last fetch brought all that was wanted, what was wanted ahead included. */
  #full = false;
  /** The names whose limit kept jobs back in the last fetch. */
  #atLimit: ReadonlySet<string> = new Set();
  #emptyFetches = 0;
  /** How many jobs the fetches under way may bring. */
  #expected = 0;
  /** On the clock of `performance.now`: when a fetch was answered last, or, before the first, when it all began. */
  #fetchedAt: number | undefined;
  #stopped = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  get isDue(): boolean {
    if (this.#stopped || !(this.#hungry || this.#expected > 0)) return false;
    const { now, ahead } = this.#demand();
    return now + ahead > 0;
  }

  /** Milliseconds since a fetch was answered, or since the start; `undefined` before that. */
  get age(): number | undefined {
    return this.#fetchedAt === undefined ? undefined : performance.now() - this.#fetchedAt;
  }

  /** From here on fetches are to be answered. */
  start(): void {
    this.#fetchedAt ??= performance.now();
  }

  /** Something has changed, or long enough nothing has: fetch when there is a worker for it. */
  wake(): void {
    this.#hungry = true;
  }

  /** Fetch anew, however often it was in vain. */
  refresh(): void {
    this.#hungry = true;
    this.#emptyFetches = 0;
  }

  /** Fetches no more; what a request under way brings is still handed out. */
  stop(): void {
    this.#stopped = true;
  }

  /** Milliseconds after which a pool that waits to be woken shall look all the same. */
  get poll(): number {
    const { isWatching, safetyPoll = DEFAULT_SAFETY_POLL } = this.#options;
    const backedOff = POLLS_WITHOUT_WAKER[this.#emptyFetches - 1] ?? LONGEST_POLL_WITHOUT_WAKER;
    const poll = isWatching() ? safetyPoll : Math.min(safetyPoll, backedOff);
    return poll * (0.75 + Math.random() / 2); // so that a fleet does not poll in step
  }

  /** Fetches what can be done with, if that is anything. */
  requests(): readonly Request[] {
    if (this.#stopped) return [];
    const demand = this.#demand();
    if (demand.now + demand.ahead === 0) return [];
    const fetch = this.#fetch(demand);
    this.#expected += demand.now + demand.ahead;
    // Whoever wakes us from here on knows of something that this fetch may not see.
    this.#hungry = false;
    return [{ call: fetch.call, onReply: (reply) => this.#onReply(fetch, reply) }];
  }

  /** Fetches one job of a name, whoever's turn it would be. */
  one(jobName: string): ScriptCall<Fetched> {
    const { scripts, poolId, holding } = this.#options;
    const sample = { jobNames: [jobName], shares: [1] };
    return scripts.fetch({
      ...{ poolId, wanted: 1, watch: false, atLimit: new Set(), holding },
      ...sample,
    });
  }

  /** Hands out what a fetch has brought. Returns whether there was anything. */
  handOut({ entries }: Fetched): boolean {
    if (entries.length > 0) this.#options.onFetched(entries);
    return entries.length > 0;
  }

  /** What no fetch under way may bring. Ahead, and beside another, only as long as there is more than is asked for. */
  #demand(): Demand {
    const { now, ahead } = this.#options.demand();
    const expected = this.#expected;
    if (!this.#full) return { now: expected > 0 ? 0 : Math.min(now, MAX_BATCH), ahead: 0 };
    const missing = Math.min(Math.max(0, now - expected), MAX_BATCH);
    const room = ahead - Math.max(0, expected - now);
    return { now: missing, ahead: Math.max(0, Math.min(room, MAX_BATCH - missing)) };
  }

  #fetch(demand: Demand): Fetch {
    const { scripts, poolId, sampler, holding, mayPrefetch, isWatching } = this.#options;
    const wasHungry = this.#hungry;
    const watch = wasHungry && this.#short && isWatching();
    const atLimit = this.#atLimit;
    const { now: wanted, ahead } = demand;
    const { jobNames, shares, sharesAhead } = sampler.sample(wanted, ahead);
    const call = scripts.fetch({
      ...{ poolId, wanted, jobNames, shares, watch, atLimit, holding },
      ...(ahead > 0 && { ahead: { wanted: ahead, shares: sharesAhead, from: mayPrefetch } }),
    });
    return { call, demand, watch, wasHungry, atLimit };
  }

  #onReply(fetch: Fetch, reply: Reply | undefined): void {
    let fetched: Fetched;
    this.#expected -= fetch.demand.now + fetch.demand.ahead;
    try {
      fetched = resultOf(fetch.call, reply);
    } catch (error) {
      this.#hungry = true;
      throw error;
    }
    this.#fetchedAt = performance.now();
    const { entries, atLimit } = fetched;
    const { now, ahead } = fetch.demand;
    this.#short = entries.length < Math.max(now, 1);
    this.#full = entries.length >= now + ahead;
    this.#atLimit = atLimit;
    this.#emptyFetches = entries.length === 0 ? this.#emptyFetches + 1 : 0;
    if (entries.length > 0 || !this.#willBeWoken(fetch, atLimit)) this.#hungry = true;
    if (!this.handOut(fetched)) this.#options.onDry();
  }

  /** Whether an empty fetch needs no other: Redis watches all that it read, or nobody can watch anything. */
  #willBeWoken({ wasHungry, watch, atLimit }: Fetch, keptBack: ReadonlySet<string>): boolean {
    if (!wasHungry || !this.#options.isWatching()) return true;
    return watch && [...keptBack].every((name) => atLimit.has(name));
  }
}

interface Fetch {
  readonly call: ScriptCall<Fetched>;
  readonly demand: Demand;
  readonly watch: boolean;
  readonly wasHungry: boolean;
  /** The names whose locks are watched, too. */
  readonly atLimit: ReadonlySet<string>;
}
