import { MOST_BYTES, type BatchBound } from '../redis/batches.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { Numbering } from './numbering.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';

const reviveScript = loadScript('revive', 'claims');
const removeScript = loadScript('remove', 'claims');
const killScript = loadScript('kill', 'claims');
const markScript = loadScript('mark');
const markedScript = loadScript('marked');
const findScript = loadScript('find', 'read-some');
const sampleScript = loadScript('sample', 'read-some');
const pageScript = loadScript('page', 'read-some');

// A mark goes when its job is settled; one whose job never comes is forgotten after a day. In milliseconds.
const MARK_LASTS = 24 * 3600 * 1000;

/** A job to be moved to its queue now. */
export interface Reviving {
  readonly raw: Raw;
  readonly jobName: string;
  readonly jobId: string;
  /** The entry for its queue. */
  readonly entry: Raw;
  /** The unique key that it must claim first. */
  readonly uniqueKey: string | undefined;
}

/**
 * What became of a job that was to be enqueued now: it was; it is not there (any more); another like it waits; or
 * nobody ever knew its name. In the last two cases it stays where it is.
 */
export type Revived = 'moved' | 'gone' | 'duplicate' | 'unknown';

/** A job to be removed. */
export interface Removing {
  readonly raw: Raw;
  /** Empty for an entry that is no job. */
  readonly jobName: string;
  readonly jobId: string;
  /** The unique key whose claim ends with it. */
  readonly uniqueKey: string | undefined;
}

/** How to kill a job: as it is removed, and the entry for the dead jobs. */
export interface Killing extends Removing {
  readonly deadEntry: Raw;
}

/** An entry that was found. */
export interface FoundEntry {
  /** The sorted set or list in which it stands. */
  readonly key: string;
  /** How many stand before it: later ones of a set, in a list those that were put after it. */
  readonly rank: number;
  readonly raw: Raw;
}

/** What a look for entries came to. */
export interface Findings {
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

/** Scripts about single jobs, wherever they wait: they are found, moved, removed, killed, cancelled. */
export class JobScripts extends ScriptGroup {
  /** Moves jobs to their queues now. */
  revive(
    set: 'retry' | 'scheduled' | 'dead',
    revivings: readonly Reviving[],
  ): ScriptCall<Revived[]> {
    const queues = new Numbering();
    const args = revivings.flatMap(({ raw, jobName, jobId, entry, uniqueKey }) => [
      ...[queues.numberOf(jobName), jobName, raw, entry],
      ...(uniqueKey === undefined ? ['', ''] : this.claimKeys(uniqueKey)),
      ...[jobId, this.keys.deaths(jobId)],
    ]);
    return {
      script: reviveScript,
      keys: [
        this.keys[set],
        this.keys.knownJobs,
        this.keys.cancelled,
        ...queues.names.map((name) => this.keys.queue(name)),
      ],
      args: [CLAIM_TTL, ...args],
      decode: (reply) => (reply as Buffer[]).map((result) => result.toString() as Revived),
    };
  }

  /**
   * Removes jobs from a sorted set, or from a queue: there, those that stand among the first `depth` from where jobs are
   * taken (`right`) or put (`left`). Returns which of them were there.
   */
  remove(
    key: string,
    from: 'set' | { readonly side: 'left' | 'right'; readonly depth: number },
    removings: readonly Removing[],
  ): ScriptCall<boolean[]> {
    return {
      script: removeScript,
      keys: [key],
      args: [
        ...(from === 'set' ? ['set', ''] : [`queue ${from.side}`, from.depth]),
        CLAIM_TTL,
        ...removings.flatMap((removing) => [
          ...[removing.raw, ...this.#heldClaim(removing)],
          ...[this.keys.deaths(removing.jobId), this.keys.attempts(removing.jobId)],
        ]),
      ],
      decode: flags,
    };
  }

  /** Moves jobs that wait for their time to the dead ones; returns which of them were there. */
  kill(set: 'retry' | 'scheduled', killings: readonly Killing[]): ScriptCall<boolean[]> {
    return {
      script: killScript,
      keys: [this.keys[set], this.keys.dead],
      args: [
        ...[this.now(), CLAIM_TTL],
        ...killings.flatMap((killing) => [
          killing.raw,
          killing.deadEntry,
          ...this.#heldClaim(killing),
        ]),
      ],
      decode: flags,
    };
  }

  /** Marks a job as cancelled; returns false if it was before. */
  mark(jobId: string): ScriptCall<boolean> {
    return {
      script: markScript,
      keys: [this.keys.cancelled],
      args: [this.now(), MARK_LASTS, jobId],
      decode: (reply) => reply === 1,
    };
  }

  /** Tells which jobs are marked as cancelled, and has the marks watched. */
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
  find(keys: readonly string[], rank: number, texts: readonly string[]): ScriptCall<Findings> {
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
  sample(key: string, { count, bytes = MOST_BYTES }: BatchBound): ScriptCall<Raw[]> {
    return {
      script: sampleScript,
      keys: [key],
      args: [count, bytes],
      decode: (reply) => (reply as Buffer[]).map(toRaw),
    };
  }

  #page(key: string, kind: 'list' | 'set', from: number, bound: PageBound): ScriptCall<Page> {
    const { count, bytes = MOST_BYTES, backwards = false } = bound;
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

  #heldClaim({ uniqueKey, jobName, jobId }: Removing): string[] {
    if (uniqueKey === undefined) return ['', '', '', ''];
    return [...this.claimKeys(uniqueKey), this.keys.queue(jobName), jobId];
  }
}

function flags(reply: unknown): boolean[] {
  return (reply as number[]).map((flag) => flag === 1);
}
