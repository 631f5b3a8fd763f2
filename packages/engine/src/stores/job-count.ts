import { sizeOfRaw } from '../redis/batches.js';
import type { Raw } from '../redis/raw.js';
import { tryParse } from './entries.js';
import { MAX_BYTES_SEEN, mayBeNamed } from './listing.js';
import { BATCH, type SetEntries } from './set-entries.js';
import type { StoreContext } from './store-context.js';

/** A number of jobs. */
export interface JobCount {
  /** The number, or an estimate if `exact` is false. */
  readonly count: number;
  readonly exact: boolean;
}

const MAX_COUNTED = 10_000;
const SAMPLE = 500;

/** Counts the jobs of a name: one by one in a small set, from a random sample in a large one. */
export async function countNamed(
  context: StoreContext,
  entries: SetEntries,
  jobName: string,
): Promise<JobCount> {
  const isNamed = (raw: Raw): boolean =>
    mayBeNamed(raw, jobName) && tryParse(raw)?.name === jobName;
  const total = await entries.total();
  const count = total > MAX_COUNTED ? undefined : await countAll(entries, total, isNamed);
  if (count !== undefined) return { count, exact: true };
  return { count: await estimate(context, entries.key, total, isNamed), exact: false };
}

/** Counts all jobs of a name. Returns `undefined` if the entries have too many bytes to read all of them. */
async function countAll(
  entries: SetEntries,
  total: number,
  isNamed: (raw: Raw) => boolean,
): Promise<number | undefined> {
  let [count, bytes] = [0, 0];
  for (let rank = 0; rank < total;) {
    const page = await entries.page(rank, { count: BATCH });
    if (page.entries.length === 0) break;
    rank += page.entries.length;
    count += page.entries.filter(isNamed).length;
    bytes += page.entries.reduce((sum, raw) => sum + sizeOfRaw(raw), 0);
    if (bytes > MAX_BYTES_SEEN) return undefined;
  }
  return count;
}

async function estimate(
  { connection, scripts }: StoreContext,
  key: string,
  total: number,
  isNamed: (raw: Raw) => boolean,
): Promise<number> {
  const sample = await connection.call(scripts.jobs.sample(key, { count: SAMPLE }));
  const share = sample.filter(isNamed).length / Math.max(1, sample.length);
  return Math.round(share * total);
}
