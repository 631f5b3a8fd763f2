import type { UniqueUntil } from '../job/job-type.js';
import type { Raw } from '../redis/raw.js';

/** An entry as it was taken from its queue. */
export interface FetchedEntry {
  readonly jobName: string;
  readonly raw: Raw;
  /** The job was cancelled and must not run. */
  readonly isCancelled?: boolean;
}

/** The jobs to prefetch, for workers that are about to be idle. */
export interface Ahead {
  readonly wanted: number;
  /** The numbers offered to each name first, in the order of the names. */
  readonly shares: readonly number[];
  /** Whether the name's jobs may be prefetched. */
  readonly from: (jobName: string) => boolean;
}

/** The parameters of a fetch. */
export interface FetchParams {
  readonly poolId: string;
  readonly wanted: number;
  readonly jobNames: readonly string[];
  readonly shares: readonly number[];
  readonly watch: boolean;
  readonly atLimit: ReadonlySet<string>;
  /** How long unique jobs of the name hold their claims. */
  readonly uniqueUntil: (jobName: string) => UniqueUntil;
  /** Whether the entries of a name are long; default: none are. */
  readonly isLong?: (jobName: string) => boolean;
  /** The additional jobs for workers that are not idle yet; default: none. */
  readonly ahead?: Ahead;
}

/** The result of a fetch. */
export interface Fetched {
  readonly entries: readonly FetchedEntry[];
  /** The names whose limit held jobs back. */
  readonly atLimit: ReadonlySet<string>;
  /** Whether available jobs were left because of their size. */
  readonly isCut: boolean;
  /** Redis's reasons for refusing to fetch from some queues, such as a key of the wrong kind. */
  readonly refusals: readonly Error[];
  readonly open: OpenQueues;
}

/** The queues of long entries from which plain commands may move jobs. */
export interface OpenQueues {
  /** The number of waiting jobs, by job name. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Whether jobs may be prefetched. */
  readonly ahead: boolean;
}

/** @param flat alternating queue numbers and Redis's errors */
export function refusalsOf(
  flat: readonly (number | Buffer)[],
  nameOf: (index: number) => string,
): Error[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => {
    const name = nameOf(Number(flat[2 * i]));
    return new Error(`Redis lets no job "${name}" be fetched: ${String(flat[2 * i + 1])}`);
  });
}

const NONE_OPEN: OpenQueues = { waiting: new Map(), ahead: false };

/** @param flat whether jobs may be prefetched; then alternating queue numbers and numbers of waiting jobs */
export function openQueuesOf(
  flat: readonly number[],
  nameOf: (index: number) => string,
): OpenQueues {
  const [ahead, ...rest] = flat;
  if (rest.length === 0) return NONE_OPEN;
  const waiting = new Map<string, number>();
  for (let i = 0; i < rest.length; i += 2) waiting.set(nameOf(rest[i] ?? 0), rest[i + 1] ?? 0);
  return { waiting, ahead: ahead === 1 };
}
