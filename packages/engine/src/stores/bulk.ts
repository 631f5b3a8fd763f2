import { FUNCTION, NAME, objectWith, type OptionTable } from '../options/option-rules.js';

/** How a client goes through many jobs. */
export interface BulkOptions {
  /** Only the jobs of this name; default all. */
  readonly jobName?: string | undefined;
  /** Aborting it ends the work after the batch in hand; what was done stays done. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch, with what was done so far. */
  readonly onProgress?: ((progress: BulkResult) => void) | undefined;
}

/** What the options may be where a name is given. */
export const EMPTY_OPTIONS: OptionTable<Omit<BulkOptions, 'jobName'>> = {
  signal: objectWith('an AbortSignal', 'addEventListener'),
  onProgress: FUNCTION,
};

/** What the options may be. */
export const BULK_OPTIONS: OptionTable<BulkOptions> = { jobName: NAME, ...EMPTY_OPTIONS };

/** What a client has done with many jobs. */
export interface BulkResult {
  /** Jobs there were when it began, of all names. */
  readonly total: number;
  /** Jobs that were looked at. */
  readonly seen: number;
  /** Jobs that were enqueued, or deleted. */
  readonly done: number;
  /** Jobs that stay because another like them waits. */
  readonly duplicates: number;
  /** Jobs that stay because nobody ever knew their name, and entries that are no jobs. */
  readonly unknown: number;
  /** Whether its signal ended the work early. */
  readonly aborted: boolean;
}

/** What became of one job of a batch; `other` if it was none of those wanted. */
export type BulkOutcome = 'done' | 'duplicate' | 'unknown' | 'other' | 'gone';

/**
 * Goes through jobs in batches. A batch shifts what comes after it, so the next one starts behind what has stayed.
 *
 * @param read a batch of those that come after the first `offset`
 */
export async function inBulk<Entry>(
  total: number,
  { signal, onProgress }: BulkOptions,
  read: (offset: number) => Promise<readonly Entry[]>,
  act: (batch: readonly Entry[]) => Promise<readonly BulkOutcome[]>,
): Promise<BulkResult> {
  const count = { done: 0, duplicate: 0, unknown: 0, other: 0, gone: 0 };
  let seen = 0;
  const result = (aborted: boolean): BulkResult => ({
    ...{ total, seen, done: count.done, duplicates: count.duplicate },
    ...{ unknown: count.unknown, aborted },
  });
  while (seen < total) {
    if (signal?.aborted) return result(true);
    const batch = await read(count.duplicate + count.unknown + count.other);
    if (batch.length === 0) break;
    for (const outcome of await act(batch)) count[outcome]++;
    seen += batch.length;
    onProgress?.(result(false));
  }
  return result(false);
}
