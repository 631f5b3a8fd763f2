import { FUNCTION, NAME, objectWith, type OptionTable } from '../options/option-rules.js';

/** How a client works through many jobs. */
export interface BulkOptions {
  /** Only the jobs of this name; default: all. */
  readonly jobName?: string | undefined;
  /** Aborting it ends the work after the current batch; what was done stays done. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every batch with the result so far. */
  readonly onProgress?: ((progress: BulkResult) => void) | undefined;
}

/** The options of `Queue.empty`. */
export type EmptyOptions = Omit<BulkOptions, 'jobName'>;

/** The rules of these options. */
export const EMPTY_OPTIONS: OptionTable<EmptyOptions> = {
  signal: objectWith('an AbortSignal', 'addEventListener'),
  onProgress: FUNCTION,
};

/** The rules of these options. */
export const BULK_OPTIONS: OptionTable<BulkOptions> = { jobName: NAME, ...EMPTY_OPTIONS };

/** What a client has done with many jobs. */
export interface BulkResult {
  /** How many jobs there were at the beginning, whatever their names. */
  readonly total: number;
  /** How many jobs were examined. */
  readonly seen: number;
  /** How many jobs were enqueued, deleted or killed. */
  readonly done: number;
  /** How many jobs stay because another unique job like them waits or runs. */
  readonly duplicates: number;
  /** How many entries stay because no pool ever knew their name, or because they are not jobs. */
  readonly unknown: number;
  /** Whether the signal ended the work early. */
  readonly aborted: boolean;
}

/** What became of one job of a batch; `other` if it has another name than the wanted one. */
export type BulkOutcome = 'done' | 'duplicate' | 'unknown' | 'other' | 'gone';

/**
 * Works through jobs in batches. A batch shifts the jobs behind it, so the next one starts behind the jobs that stayed.
 *
 * @param read reads a batch of the jobs behind the first `offset`
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
