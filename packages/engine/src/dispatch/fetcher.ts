import type { UniqueUntil } from '../job/job-type.js';
import { lockRebuild, type LockRebuildOptions } from './lock-rebuild.js';
import { LongQueues, type Moves } from './long-queues.js';
import type { PrioritySampler, Sample } from './priority-sampler.js';
import { resultOf, type Reply, type Request } from '../redis/reply.js';
import type { Raw } from '../redis/raw.js';
import type { Demand } from '../run/demand.js';
import { redisFault } from '../redis/redis-fault.js';
import type { CommandCall, ScriptCall } from '../redis/script.js';
import type { Fetched, FetchedEntry } from '../scripts/fetching.js';
import { MAX_JOBS_AT_ONCE, MAX_BYTES_AT_ONCE } from '../scripts/round-limits.js';
import { WakeBudget } from './wake-budget.js';
import { performance } from '../base/timers.js';

export interface FetcherOptions extends LockRebuildOptions {
  readonly sampler: PrioritySampler;
  /** How long unique jobs of the name hold their claims. */
  readonly uniqueUntil: (jobName: string) => UniqueUntil;
  readonly demand: () => Demand;
  /** Whether jobs of the name may be prefetched. */
  readonly mayPrefetch: (jobName: string) => boolean;
  /** Whether a waker receives changes, so that an empty fetch need not be repeated soon. */
  readonly isWatching: () => boolean;
  readonly onFetched: (entries: readonly FetchedEntry[]) => void;
  /** Called with jobs in progress that must return to their queues. */
  readonly onUnfit: (entries: readonly FetchedEntry[]) => void;
  /** Called when Redis refuses to fetch from some queues. */
  readonly onError: (error: unknown) => void;
  /** Called when a fetch found nothing to run. */
  readonly onDry: () => void;
  /** Milliseconds after which an idle pool checks its queues even if it was not woken; default 2000. */
  readonly safetyPoll?: number | undefined;
}

const DEFAULT_SAFETY_POLL = 2_000;
// gocraft/work's sleeps after the first, second, … empty fetch, capped at 1 s.
const POLLS_WITHOUT_WAKER = [10, 100];
const MAX_POLL_WITHOUT_WAKER = 1_000;
// Many pools are woken for a job, but only one gets it.
const EMPTY_FETCHES = { burst: 50, perSecond: 10 };

/**
 * Decides when to fetch, from which queues, and how much. It does not poll empty queues. After a fetch that returned too few
 * jobs, the next one makes Redis watch every key that it reads, atomically with the read, so that no change is missed. Names
 * without jobs then sleep until the waker calls `refresh` for them.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  /** The names that may have waiting jobs. */
  readonly #awake: Set<string>;
  /** The names whose keys Redis may no longer watch. */
  readonly #unwatched: Set<string>;
  /** Whether the last fetch left workers idle. */
  #short = false;
  /** Whether the last fetch returned all wanted jobs, including prefetched ones. */
  #full = false;
  /** The names whose limit held back jobs at the last check. */
  readonly #atLimit = new Set<string>();
  #emptyFetches = 0;
  readonly #budget = new WakeBudget(EMPTY_FETCHES);
  /** The time of the next check of all queues, however busy some are; on the clock of `performance.now`. */
  #lookAllAt = 0;
  readonly #long = new LongQueues();
  /** The number of jobs that the fetches in flight may return. */
  #expected = 0;
  /** The number of jobs that fit into one fetch if they are as long as the last ones. */
  #maxAtOnce = MAX_JOBS_AT_ONCE;
  /** The time of the last reply to a fetch, or of the start; on the clock of `performance.now`. */
  #fetchedAt: number | undefined;
  #stopped = false;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#awake = new Set(options.sampler.jobNames);
    this.#unwatched = new Set(options.sampler.jobNames);
  }

  /** Whether workers need jobs that a fetch might find now. */
  get isDue(): boolean {
    if (this.#stopped || (this.#awake.size === 0 && !this.#isOverdue())) return false;
    if (this.#budget.wait > 0) return false;
    const { now, ahead } = this.#demand();
    return now + ahead > 0;
  }

  /** Whole milliseconds since the last reply to a fetch, or since the start; `undefined` before the start. */
  get age(): number | undefined {
    if (this.#fetchedAt === undefined) return undefined;
    return Math.round(performance.now() - this.#fetchedAt);
  }

  /** Starts the clock of `age`. */
  start(): void {
    this.#fetchedAt ??= performance.now();
  }

  /** Checks the names with the next fetch, although no change is known. */
  wake(jobNames: Iterable<string> = this.#options.sampler.jobNames): void {
    for (const jobName of jobNames) this.#awake.add(jobName);
  }

  /** Checks the names again because they have changed, however often checks have found nothing. */
  refresh(jobNames: Iterable<string> = this.#options.sampler.jobNames): void {
    this.#changed(jobNames);
    this.#emptyFetches = 0;
  }

  /** Stops fetching. Jobs that a request in flight returns are still handed out. */
  stop(): void {
    this.#stopped = true;
  }

  /** Milliseconds after which a pool that was not woken checks its queues. */
  get poll(): number {
    const wait = this.#awake.size > 0 ? this.#budget.wait : 0;
    return wait > 0 ? wait : this.#safetyPoll;
  }

  /** Makes the requests that fetch as many jobs as the workers need; none if they need none. */
  requests(): readonly Request[] {
    if (this.#stopped) return [];
    const demand = this.#demand();
    const jobNames = this.#namesToCheck();
    if (demand.now + demand.ahead === 0 || jobNames.size === 0) return [];
    const fetch = this.#fetch(demand, jobNames);
    this.#expected += fetch.total;
    if (jobNames.size === this.#options.sampler.jobNames.length) {
      this.#lookAllAt = performance.now() + this.#safetyPoll;
    }
    // A name that is woken from now on may have a job that this fetch does not see.
    if (fetch.sleeps) for (const jobName of jobNames) this.#awake.delete(jobName);
    if (fetch.watches) for (const jobName of jobNames) this.#unwatched.delete(jobName);
    return [
      ...this.#moves(fetch),
      { call: fetch.call, onReply: (reply) => this.#onReply(fetch, reply) },
    ];
  }

  /** Makes the call that fetches one job of a name, out of turn. */
  one(jobName: string): ScriptCall<Fetched> {
    const { scripts, poolId, uniqueUntil } = this.#options;
    const sample = { jobNames: [jobName], shares: [1] };
    return scripts.running.fetch({
      ...{ poolId, wanted: 1, watch: false, atLimit: new Set(), uniqueUntil },
      ...sample,
    });
  }

  /** Hands out fetched jobs. Returns whether there were any. */
  handOut({ entries, refusals }: Fetched): boolean {
    for (const refusal of refusals) this.#options.onError(refusal);
    if (entries.length > 0) this.#options.onFetched(entries);
    return entries.length > 0;
  }

  get #safetyPoll(): number {
    const { isWatching, safetyPoll = DEFAULT_SAFETY_POLL } = this.#options;
    const backedOff = POLLS_WITHOUT_WAKER[this.#emptyFetches - 1] ?? MAX_POLL_WITHOUT_WAKER;
    const poll = isWatching() ? safetyPoll : Math.min(safetyPoll, backedOff);
    return poll * (0.75 + Math.random() / 2); // Random, so that the pools do not poll at the same time.
  }

  /** Returns all names if no waker watches or the last check of all is long ago, because nothing may depend on being woken. */
  #namesToCheck(): ReadonlySet<string> {
    const { sampler, isWatching } = this.#options;
    if (!isWatching() || this.#isOverdue()) return new Set(sampler.jobNames);
    // A job of the same round may have held back others.
    return new Set([...this.#awake, ...this.#atLimit]);
  }

  #isOverdue(): boolean {
    return performance.now() >= this.#lookAllAt;
  }

  /** Returns the demand that fetches in flight may not meet. A second fetch, or a prefetch, is sent only while queues hold more. */
  #demand(): Demand {
    const { now, ahead } = this.#options.demand();
    const expected = this.#expected;
    const limit = this.#maxAtOnce;
    if (!this.#full) return { now: expected > 0 ? 0 : Math.min(now, limit), ahead: 0 };
    const missing = Math.min(Math.max(0, now - expected), limit);
    const room = ahead - Math.max(0, expected - now);
    return { now: missing, ahead: Math.max(0, Math.min(room, limit - missing)) };
  }

  #fetch(demand: Demand, jobNames: ReadonlySet<string>): Fetch {
    const { scripts, poolId, sampler, uniqueUntil, mayPrefetch, isWatching } = this.#options;
    const sample = sampler.sample(demand.now, demand.ahead, jobNames);
    const moves = this.#long.take(sample);
    // Plain commands fetch the jobs of this round, so the script checks no queue.
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
    return {
      call,
      moves,
      moved: [],
      wanted: Math.min(demand.now, wanted + moving),
      total: wanted + ahead + moving,
      jobNames,
      watches: watch,
      // Without a waker, only the poll checks again anyway.
      sleeps: looks && (mayWatch || !isWatching()),
      locks: new Set(this.#atLimit),
    };
  }

  #changed(jobNames: Iterable<string>): void {
    this.wake(jobNames);
    for (const jobName of jobNames) this.#unwatched.add(jobName);
  }

  /** Returns whether to watch the names' keys. A watched key stays watched until it is announced, so an idle pool need not repeat it. */
  #mustWatch(jobNames: ReadonlySet<string>): boolean {
    return [...jobNames].some((name) => this.#unwatched.has(name) || this.#atLimit.has(name));
  }

  /** Makes the requests that move long jobs and count them in the locks. */
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

  /** Reads the reply to a move. A refused command has changed nothing, and the script takes over, which also works when Redis is full. */
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

  /** Hands out the jobs that commands have moved, then the jobs that were fetched after them. */
  #handOver(fetched: Fetched, moved: readonly FetchedEntry[]): void {
    const { fit, unfit } = this.#long.sift(moved, fetched.open);
    const entries = moved.length > 0 ? [...fit, ...fetched.entries] : fetched.entries;
    this.#long.learn(entries, fetched.open);
    if (unfit.length > 0) this.#options.onUnfit(unfit);
    this.handOut({ ...fetched, entries });
  }
}

/** Returns the sample without the queues from which plain commands move jobs in this round. */
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

/** Returns how many jobs of this length fit into a fetch. Requesting more would only prevent a second fetch. */
function maxAtOnce(entries: readonly FetchedEntry[]): number {
  const bytes = entries.reduce((sum, { raw }) => sum + raw.length, 0);
  const fitting = Math.floor((MAX_BYTES_AT_ONCE * entries.length) / (bytes + 1));
  return Math.min(MAX_JOBS_AT_ONCE, Math.max(1, fitting));
}

interface Fetch {
  readonly call: ScriptCall<Fetched>;
  /** The number of jobs for idle workers. */
  readonly wanted: number;
  /** The total number of requested jobs, including prefetched ones. */
  readonly total: number;
  /** The jobs that plain commands move before this fetch. */
  readonly moves: readonly Moves[];
  /** The jobs that these commands have moved so far. */
  readonly moved: FetchedEntry[];
  readonly jobNames: ReadonlySet<string>;
  /** Whether Redis announces the next change of the names. */
  readonly watches: boolean;
  /** Whether names without jobs sleep after this fetch. */
  readonly sleeps: boolean;
  /** The names whose locks are watched as well. */
  readonly locks: ReadonlySet<string>;
}
