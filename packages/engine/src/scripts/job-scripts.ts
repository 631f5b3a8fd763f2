import { MAX_BYTES, type BatchBound } from '../redis/batches.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { Numbering } from './numbering.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';

const runNowScript = loadScript('run-now', 'claims');
const removeScript = loadScript('remove', 'claims');
const killScript = loadScript('kill', 'claims');
const markScript = loadScript('mark');
const markedScript = loadScript('marked');
const findScript = loadScript('find', 'read-some');
const sampleScript = loadScript('sample', 'read-some');
const pageScript = loadScript('page', 'read-some');

// A mark is deleted when its job is settled. A mark whose job never arrives expires after a day. In milliseconds.
const MARK_TTL = 24 * 3600 * 1000;

/** A job to move to its queue now. */
export interface RunNowParams {
  readonly raw: Raw;
  readonly jobName: string;
  readonly jobId: string;
  /** The entry for its queue. */
  readonly entry: Raw;
  /** The unique key that it must claim first, if any. */
  readonly uniqueKey: string | undefined;
}

/**
 * The result of running a job now: it was moved to its queue; it stays because an equal job is waiting; it stays
 * because no pool has ever known its name; or it was not found.
 */
export type RunNowStatus = 'enqueued' | 'duplicate' | 'unknown' | 'notFound';

/** A job to remove. */
export interface RemoveParams {
  readonly raw: Raw;
  /** Empty for an entry that is not a job. */
  readonly jobName: string;
  readonly jobId: string;
  /** The unique key whose claim ends with it. */
  readonly uniqueKey: string | undefined;
}

/** A job to remove, and its entry for the dead jobs. */
export interface KillParams extends RemoveParams {
  readonly deadEntry: Raw;
}

/** A matching entry. */
export interface FoundEntry {
  /** The sorted set or list that holds it. */
  readonly key: string;
  /** The number of entries before it: in a set, those with a later time; in a list, those added after it. */
  readonly rank: number;
  readonly raw: Raw;
}

/** The result of a search for entries. */
export interface FindResult {
  readonly found: readonly FoundEntry[];
  /** Where to continue; `undefined` at the end. */
  readonly next: { readonly keys: readonly string[]; readonly rank: number } | undefined;
}

/** The part of a list or sorted set to read. */
export interface PageBound extends BatchBound {
  /** Reads from the right of a list, or from the highest score of a set; default: from the left, or the lowest. */
  readonly backwards?: boolean;
}

/** Some entries of a list or sorted set. */
export interface Page {
  readonly entries: readonly Raw[];
  /** For a set, the score of each entry; for a list, empty. */
  readonly scores: readonly number[];
  /** The number of entries to skip to continue; `undefined` at the end. */
  readonly next: number | undefined;
  /** The total number of entries. */
  readonly total: number;
}

/** Scripts that find, move, remove, kill and cancel single jobs, wherever they wait. */
export class JobScripts extends ScriptGroup {
  /** Moves jobs to their queues now. */
  runNow(
    set: 'retry' | 'scheduled' | 'dead',
    jobs: readonly RunNowParams[],
  ): ScriptCall<RunNowStatus[]> {
    const queues = new Numbering();
    const args = jobs.flatMap(({ raw, jobName, jobId, entry, uniqueKey }) => [
      ...[queues.numberOf(jobName), jobName, raw, entry],
      ...(uniqueKey === undefined ? ['', ''] : this.claimKeys(uniqueKey)),
      ...[jobId, this.keys.deaths(jobId)],
    ]);
    return {
      script: runNowScript,
      keys: [
        this.keys[set],
        this.keys.knownJobs,
        this.keys.cancelled,
        ...queues.names.map((name) => this.keys.queue(name)),
      ],
      args: [CLAIM_TTL, ...args],
      decode: (reply) => (reply as Buffer[]).map((status) => status.toString() as RunNowStatus),
    };
  }

  /**
   * Removes jobs from a sorted set or from a queue. In a queue, only the first `depth` entries are searched, counted
   * from the end where jobs are fetched (`right`) or added (`left`). Returns which of the jobs were found.
   */
  remove(
    key: string,
    from: 'set' | { readonly side: 'left' | 'right'; readonly depth: number },
    jobs: readonly RemoveParams[],
  ): ScriptCall<boolean[]> {
    return {
      script: removeScript,
      keys: [key],
      args: [
        ...(from === 'set' ? ['set', ''] : [`queue ${from.side}`, from.depth]),
        CLAIM_TTL,
        ...jobs.flatMap((job) => [
          ...[job.raw, ...this.#heldClaim(job)],
          ...[this.keys.deaths(job.jobId), this.keys.attempts(job.jobId)],
        ]),
      ],
      decode: flags,
    };
  }

  /** Moves jobs that are waiting for a retry to the dead jobs. Returns which of them were found. */
  kill(jobs: readonly KillParams[]): ScriptCall<boolean[]> {
    return {
      script: killScript,
      keys: [this.keys.retry, this.keys.dead],
      args: [
        ...[this.now(), CLAIM_TTL],
        ...jobs.flatMap((job) => [job.raw, job.deadEntry, ...this.#heldClaim(job)]),
      ],
      decode: flags,
    };
  }

  /** Marks a job as cancelled. Returns false if it already was. */
  mark(jobId: string): ScriptCall<boolean> {
    return {
      script: markScript,
      keys: [this.keys.cancelled],
      args: [this.now(), MARK_TTL, jobId],
      decode: (reply) => reply === 1,
    };
  }

  /** Returns the jobs marked as cancelled, and makes Redis track the marks. */
  marked(jobIds: readonly string[], watch: boolean): ScriptCall<ReadonlySet<string>> {
    return {
      script: markedScript,
      keys: [this.keys.cancelled],
      args: jobIds,
      watch,
      decode: (reply) => new Set((reply as Buffer[]).map(String)),
    };
  }

  /**
   * Searches sorted sets and lists, one after the other, for entries that contain any of the `texts`. Skips the first
   * `rank` entries of the first key.
   */
  find(keys: readonly string[], rank: number, texts: readonly string[]): ScriptCall<FindResult> {
    return {
      script: findScript,
      keys,
      args: [rank, ...texts],
      decode: (reply) => {
        const [index, nextRank, ...flat] = reply as [number, number, ...(number | Buffer)[]];
        const next = index === 0 ? undefined : { keys: keys.slice(index - 1), rank: nextRank };
        const found = Array.from({ length: flat.length / 3 }, (_, i) => ({
          key: keys[Number(flat[3 * i]) - 1] ?? '',
          rank: Number(flat[3 * i + 1]),
          raw: toRaw(flat[3 * i + 2] as Buffer),
        }));
        return { found, next };
      },
    };
  }

  /** Reads the entries of a list after the first `from`, limited in number and in bytes, but at least one. */
  listPage(key: string, from: number, bound: PageBound): ScriptCall<Page> {
    return this.#page(key, 'list', from, bound);
  }

  /** Reads the entries of a sorted set after the first `from`, with their scores; limited as in `listPage`. */
  setPage(key: string, from: number, bound: PageBound): ScriptCall<Page> {
    return this.#page(key, 'set', from, bound);
  }

  /** Reads random entries of a sorted set, limited as in `listPage`; an entry may occur twice. */
  sample(key: string, { count, bytes = MAX_BYTES }: BatchBound): ScriptCall<Raw[]> {
    return {
      script: sampleScript,
      keys: [key],
      args: [count, bytes],
      decode: (reply) => (reply as Buffer[]).map(toRaw),
    };
  }

  #page(key: string, kind: 'list' | 'set', from: number, bound: PageBound): ScriptCall<Page> {
    const { count, bytes = MAX_BYTES, backwards = false } = bound;
    return {
      script: pageScript,
      keys: [key],
      args: [kind, backwards ? 'backwards' : 'forwards', from, count, bytes],
      decode: (reply) => {
        const [total, flat] = reply as [number, Buffer[]];
        const width = kind === 'set' ? 2 : 1;
        const entries = flat.filter((_, index) => index % width === 0).map(toRaw);
        const scores = flat.filter((_, index) => index % width === 1).map(Number);
        const end = from + entries.length;
        return { entries, scores, total, next: end < total && end > from ? end : undefined };
      },
    };
  }

  #heldClaim({ uniqueKey, jobName, jobId }: RemoveParams): string[] {
    if (uniqueKey === undefined) return ['', '', '', ''];
    return [...this.claimKeys(uniqueKey), this.keys.queue(jobName), jobId];
  }
}

function flags(reply: unknown): boolean[] {
  return (reply as number[]).map((flag) => flag === 1);
}
