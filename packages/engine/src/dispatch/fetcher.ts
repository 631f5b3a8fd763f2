import type { UniqueUntil } from '../job/job-type.js';
import { lockRebuild, type LockRebuildOptions } from './lock-rebuild.js';
import { LongQueues, type Moves } from './long-queues.js';
import type { PrioritySampler, Sample } from './priority-sampler.js';
import { resultOf, type Reply, type Request } from '../redis/redis-connection.js';
import type { Raw } from '../redis/raw.js';
import type { Demand } from '../run/demand.js';
import { redisFault } from '../redis/redis-fault.js';
import type { CommandCall, ScriptCall } from '../redis/script.js';
import {
  MAX_JOBS_AT_ONCE,
  MAX_BYTES_AT_ONCE,
  type Fetched,
  type FetchedEntry,
} from '../scripts/running-scripts.js';
import { WakeBudget } from './wake-budget.js';
import { performance } from '../base/timers.js';

export interface FetcherOptions extends LockRebuildOptions {
  readonly sampler: PrioritySampler;
  /** How long the unique jobs of a name hold their claims. */
  readonly uniqueUntil: (jobName: string) => UniqueUntil;
  readonly demand: () => Demand;
  /** Whether jobs of the name may be fetched ahead. */
  readonly mayPrefetch: (jobName: string) => boolean;
  /** Whether a waker hears of changes, so that an empty fetch need not be repeated soon. */
  readonly isWatching: () => boolean;
  readonly onFetched: (entries: readonly FetchedEntry[]) => void;
  /** These are in progress, and are to go back to their queues. */
  readonly onUnfit: (entries: readonly FetchedEntry[]) => void;
  /** Redis lets nothing be taken from some queues. */
  readonly onError: (error: unknown) => void;
  /** A fetch found nothing to run. */
  readonly onDry: () => void;
  /** Milliseconds after which an idle pool looks even if nobody woke it; default 2000. */
  readonly safetyPoll?: number | undefined;
}

const DEFAULT_SAFETY_POLL = 2_000;
// gocraft/work's sleeps after the first, second, … empty fetch, capped at 1 s.
const POLLS_WITHOUT_WAKER = [10, 100];
const MAX_POLL_WITHOUT_WAKER = 1_000;
// Of many pools that are woken for a job, one finds it.
const FRUITLESS_LOOKS = { burst: 50, perSecond: 10 };

/**
 * Knows when to fetch, from which queues, and how much. Where nothing waits it need not look: a fetch that comes back
 * short is followed by one that has Redis watch every key that it reads, atomically with the look itself, so that no
 * change slips in between. Names of which nothing was found then sleep until the waker calls `refresh` for them.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  /** The names of which something may be waiting. */
  readonly #awake: Set<string>;
  /** The names of which something may have changed since a look at them was watched. */
  readonly #unwatched: Set<string>;
  /** The last fetch left workers idle. */
  #short = false;
  /** The last fetch brought all that was wanted, what was wanted ahead included. */
  #full = false;
  /** The names whose limit kept jobs back when they were looked at last. */
  readonly #atLimit = new Set<string>();
  #emptyFetches = 0;
  readonly #budget = new WakeBudget(FRUITLESS_LOOKS);
  /** On the clock of `performance.now`: when all queues are to be looked into, however busy some of them are. */
  #lookAllAt = 0;
  readonly #long = new LongQueues();
  /** How many jobs the fetches under way may bring. */
  #expected = 0;
  /** How many jobs one fetch may bring, if they are as long as the last ones. */
  #maxAtOnce = MAX_JOBS_AT_ONCE;
  /** On the clock of `performance.now`: when a fetch was answered last, or, before the first, when it all began. */
  #fetchedAt: number | undefined;
  #stopped = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#awake = new Set(options.sampler.jobNames);
    this.#unwatched = new Set(options.sampler.jobNames);
  }

  get isDue(): boolean {
    if (this.#stopped || (this.#awake.size === 0 && !this.#isOverdue())) return false;
    if (this.#budget.wait > 0) return false;
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

  /** Long enough nothing has changed: look all the same, when there is a worker for it. */
  wake(jobNames: Iterable<string> = this.#options.sampler.jobNames): void {
    for (const jobName of jobNames) this.#awake.add(jobName);
  }

  /** Something has changed about the names: look anew, however often it was in vain. */
  refresh(jobNames: Iterable<string> = this.#options.sampler.jobNames): void {
    this.#changed(jobNames);
    this.#emptyFetches = 0;
  }

  /** Fetches no more; what a request under way brings is still handed out. */
  stop(): void {
    this.#stopped = true;
  }

  /** Milliseconds after which a pool that waits to be woken shall look all the same. */
  get poll(): number {
    const wait = this.#awake.size > 0 ? this.#budget.wait : 0;
    return wait > 0 ? wait : this.#safetyPoll;
  }

  /** Fetches what can be done with, if that is anything. */
  requests(): readonly Request[] {
    if (this.#stopped) return [];
    const demand = this.#demand();
    const jobNames = this.#toLookInto();
    if (demand.now + demand.ahead === 0 || jobNames.size === 0) return [];
    const fetch = this.#fetch(demand, jobNames);
    this.#expected += fetch.total;
    if (jobNames.size === this.#options.sampler.jobNames.length) {
      this.#lookAllAt = performance.now() + this.#safetyPoll;
    }
    // Whoever wakes them from here on knows of something that this fetch may not see.
    if (fetch.sleeps) for (const jobName of jobNames) this.#awake.delete(jobName);
    if (fetch.watches) for (const jobName of jobNames) this.#unwatched.delete(jobName);
    return [
      ...this.#moves(fetch),
      { call: fetch.call, onReply: (reply) => this.#onReply(fetch, reply) },
    ];
  }

  /** Fetches one job of a name, whoever's turn it would be. */
  one(jobName: string): ScriptCall<Fetched> {
    const { scripts, poolId, uniqueUntil } = this.#options;
    const sample = { jobNames: [jobName], shares: [1] };
    return scripts.running.fetch({
      ...{ poolId, wanted: 1, watch: false, atLimit: new Set(), uniqueUntil },
      ...sample,
    });
  }

  /** Hands out what a fetch has brought. Returns whether there was anything. */
  handOut({ entries, refusals }: Fetched): boolean {
    for (const refusal of refusals) this.#options.onError(refusal);
    if (entries.length > 0) this.#options.onFetched(entries);
    return entries.length > 0;
  }

  get #safetyPoll(): number {
    const { isWatching, safetyPoll = DEFAULT_SAFETY_POLL } = this.#options;
    const backedOff = POLLS_WITHOUT_WAKER[this.#emptyFetches - 1] ?? MAX_POLL_WITHOUT_WAKER;
    const poll = isWatching() ? safetyPoll : Math.min(safetyPoll, backedOff);
    return poll * (0.75 + Math.random() / 2); // so that a fleet does not poll in step
  }

  /** All names, if nobody watches or the last look into all is long ago: nothing may depend on being woken. */
  #toLookInto(): ReadonlySet<string> {
    const { sampler, isWatching } = this.#options;
    if (!isWatching() || this.#isOverdue()) return new Set(sampler.jobNames);
    // A job of the same round may be what has kept others back.
    return new Set([...this.#awake, ...this.#atLimit]);
  }

  #isOverdue(): boolean {
    return performance.now() >= this.#lookAllAt;
  }

  /** What no fetch under way may bring. Ahead, and beside another, only as long as there is more than is asked for. */
  #demand(): Demand {
    const { now, ahead } = this.#options.demand();
    const expected = this.#expected;
    const most = this.#maxAtOnce;
    if (!this.#full) return { now: expected > 0 ? 0 : Math.min(now, most), ahead: 0 };
    const missing = Math.min(Math.max(0, now - expected), most);
    const room = ahead - Math.max(0, expected - now);
    return { now: missing, ahead: Math.max(0, Math.min(room, most - missing)) };
  }

  #fetch(demand: Demand, jobNames: ReadonlySet<string>): Fetch {
    const { scripts, poolId, sampler, uniqueUntil, mayPrefetch, isWatching } = this.#options;
    const sample = sampler.sample(demand.now, demand.ahead, jobNames);
    const moves = this.#long.take(sample);
    // Where plain commands are to bring all that is wanted, the script looks into no queue.
    const looks = moves.length === 0;
    const mayWatch = looks && this.#short && isWatching();
    const watch = mayWatch && this.#mustWatch(jobNames);
    const { shares, sharesAhead, ...rest } = without(moves, sample);
    const [wanted, ahead] = [sum(shares), sum(sharesAhead)];
    const call = scripts.running.fetch({
      ...{ poolId, wanted, ...rest, shares, watch, atLimit: this.#atLimit, uniqueUntil },
      isLong: (jobName) => this.#long.has(jobName),
      ...((ahead > 0 || moves.length > 0) && {
        ahead: { wanted: ahead, shares: sharesAhead, from: mayPrefetch },
      }),
    });
    const moving = sum(moves.map(({ count }) => count));
    // Without a waker there is nothing but the poll anyhow.
    return {
      call,
      moves,
      moved: [],
      wanted: Math.min(demand.now, wanted + moving),
      total: wanted + ahead + moving,
      jobNames,
      watches: watch,
      sleeps: looks && (mayWatch || !isWatching()),
      locks: new Set(this.#atLimit),
    };
  }

  #changed(jobNames: Iterable<string>): void {
    this.wake(jobNames);
    for (const jobName of jobNames) this.#unwatched.add(jobName);
  }

  /** What is watched stays so until it is announced, so that a pool that idles need not ask for it again and again. */
  #mustWatch(jobNames: ReadonlySet<string>): boolean {
    return [...jobNames].some((name) => this.#unwatched.has(name) || this.#atLimit.has(name));
  }

  /** Moves long jobs, and counts them in the locks. */
  #moves({ moves, moved }: Fetch): Request[] {
    if (moves.length === 0) return [];
    const { scripts, poolId } = this.#options;
    const requests = moves.flatMap(({ jobName, count }) => {
      const call = scripts.running.move(poolId, jobName);
      const onReply = (reply: Reply | undefined): void => {
        const raw = this.#movedBy(call, reply);
        if (raw !== undefined) moved.push({ jobName, raw });
      };
      return Array.from({ length: count }, (): Request => ({ call, onReply }));
    });
    const names = moves.map(({ jobName }) => jobName);
    return [...requests, lockRebuild(this.#options, names)];
  }

  /** A command that is refused has changed nothing: the script knows what to do, such as when Redis is full. */
  #movedBy(call: CommandCall<Raw | undefined>, reply: Reply | undefined): Raw | undefined {
    try {
      return resultOf(call, reply);
    } catch (error) {
      this.#long.rest();
      if (redisFault(error).effect === 'refused') return undefined;
      throw error;
    }
  }

  #onReply(fetch: Fetch, reply: Reply | undefined): void {
    const { call, wanted, total, jobNames, sleeps, locks, moved } = fetch;
    this.#expected -= total;
    let fetched: Fetched;
    try {
      fetched = resultOf(call, reply);
    } catch (error) {
      this.#changed(jobNames);
      this.#long.rest();
      if (moved.length > 0) this.#options.onUnfit(moved);
      throw error;
    }
    this.#fetchedAt = performance.now();
    const { atLimit, isCut } = fetched;
    const entries = moved.length > 0 ? [...moved, ...fetched.entries] : fetched.entries;
    this.#short = !isCut && entries.length < Math.max(wanted, 1);
    this.#full = isCut || entries.length >= total;
    if (entries.length > 0) this.#maxAtOnce = maxAtOnce(entries);
    this.#emptyFetches = entries.length === 0 ? this.#emptyFetches + 1 : 0;
    if (entries.length > 0) this.#budget.found();
    else this.#budget.foundNothing();
    for (const jobName of jobNames) this.#atLimit.delete(jobName);
    for (const jobName of atLimit) this.#atLimit.add(jobName);
    if (entries.length > 0) this.#changed(jobNames);
    else if (sleeps && this.#options.isWatching())
      this.wake([...atLimit].filter((name) => !locks.has(name)));
    this.#handOver(fetched, moved);
    if (entries.length === 0) this.#options.onDry();
  }

  /** Hands out what was moved, and then what was fetched behind it. */
  #handOver(fetched: Fetched, moved: readonly FetchedEntry[]): void {
    const { fit, unfit } = this.#long.sift(moved, fetched.open);
    const entries = moved.length > 0 ? [...fit, ...fetched.entries] : fetched.entries;
    this.#long.learn(entries, fetched.open);
    if (unfit.length > 0) this.#options.onUnfit(unfit);
    this.handOut({ ...fetched, entries });
  }
}

/** What is left for a fetch when plain commands move jobs of some queues: nothing of those, in this round. */
function without(moves: readonly Moves[], sample: Sample): Sample {
  if (moves.length === 0) return sample;
  const moving = new Set(moves.map(({ jobName }) => jobName));
  const left = (offered: number, i: number): number =>
    moving.has(sample.jobNames[i] ?? '') ? 0 : offered;
  return {
    ...sample,
    shares: sample.shares.map(left),
    sharesAhead: sample.sharesAhead.map(left),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** More than that would not come anyhow, and keep another fetch from being sent beside it. */
function maxAtOnce(entries: readonly FetchedEntry[]): number {
  const bytes = entries.reduce((sum, { raw }) => sum + raw.length, 0);
  const fitting = Math.floor((MAX_BYTES_AT_ONCE * entries.length) / (bytes + 1));
  return Math.min(MAX_JOBS_AT_ONCE, Math.max(1, fitting));
}

interface Fetch {
  readonly call: ScriptCall<Fetched>;
  /** How many jobs are asked for that idle workers wait for. */
  readonly wanted: number;
  /** How many in all. */
  readonly total: number;
  /** What plain commands move before it. */
  readonly moves: readonly Moves[];
  /** What they have moved so far. */
  readonly moved: FetchedEntry[];
  readonly jobNames: ReadonlySet<string>;
  /** Redis announces the next change of the names. */
  readonly watches: boolean;
  /** Names of which nothing is found sleep from then on. */
  readonly sleeps: boolean;
  /** The names whose locks are watched, too. */
  readonly locks: ReadonlySet<string>;
}
