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

// A mark goes when its job is settled. A mark whose job never comes expires after a day. In milliseconds.
const MARK_TTL = 24 * 3600 * 1000;

/** A job to move to its queue now. */
export interface RunNowParams {
  readonly raw: Raw;
  readonly jobName: string;
  readonly jobId: string;
  /** The entry for its queue. */
  readonly entry: Raw;
  /** The unique key that it must claim first. */
  readonly uniqueKey: string | undefined;
}

/**
 * What became of a job that was to run now: it was moved to its queue; it stays, because another like it waits; it
 * stays, because no pool ever knew its name; or it is not there.
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

/** An entry that was found. */
export interface FoundEntry {
  /** The sorted set or list that holds it. */
  readonly key: string;
  /** How many entries stand before it: in a set those with a later time, in a list those that were put after it. */
  readonly rank: number;
  readonly raw: Raw;
}

/** The result of a search for entries. */
export interface FindResult {
  readonly found: readonly FoundEntry[];
  /** Where to go on; `undefined` at the end. */
  readonly next: { readonly keys: readonly string[]; readonly rank: number } | undefined;
}

/** Which entries of a list or sorted set to read. */
export interface PageBound extends BatchBound {
  /** From the right of a list, or the highest score of a set; default: from the left, or the lowest. */
  readonly backwards?: boolean;
}

/** Some entries of a list or sorted set. */
export interface Page {
  readonly entries: readonly Raw[];
  /** Of each entry of a set, its score; of a list, none. */
  readonly scores: readonly number[];
  /** How many entries to pass over to go on; `undefined` at the end. */
  readonly next: number | undefined;
  /** How many there are in all. */
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
   * from the end where jobs are taken (`right`) or put (`left`). Returns which of the jobs were there.
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

  /** Moves jobs that wait for their retry to the dead jobs. Returns which of them were there. */
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

  /** Marks a job as cancelled. Returns false if it was marked before. */
  mark(jobId: string): ScriptCall<boolean> {
    return {
      script: markScript,
      keys: [this.keys.cancelled],
      args: [this.now(), MARK_TTL, jobId],
      decode: (reply) => reply === 1,
    };
  }

  /** Returns the jobs that are marked as cancelled, and has the marks watched. */
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
   * Looks for entries with any of the `texts` in them, in sorted sets and lists one after the other, passing over the
   * first `rank` of the first.
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

  /** Reads entries of a list behind the first `from`, bounded in number and in bytes; at least one. */
  listPage(key: string, from: number, bound: PageBound): ScriptCall<Page> {
    return this.#page(key, 'list', from, bound);
  }

  /** Reads entries of a sorted set behind the first `from`, with their scores; bounded as `listPage`. */
  setPage(key: string, from: number, bound: PageBound): ScriptCall<Page> {
    return this.#page(key, 'set', from, bound);
  }

  /** Reads entries of a sorted set at random, bounded as `listPage`; some may be met twice. */
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
