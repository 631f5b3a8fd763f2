import { FUNCTION, NAME, objectWith, type OptionTable } from '../options/option-rules.js';

/** Options of bulk tasks. */
export interface BulkOptions {
  /** Limits the task to jobs of this name; default: all jobs. */
  readonly jobName?: string | undefined;
  /** Ends the work after the current batch when it aborts. Completed batches stay done. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called after every batch with the result so far. If it returns a promise, the next batch waits for it. An error that it
   * throws ends the work and rejects the call. Completed batches stay done.
   */
  readonly onProgress?: ((progress: BulkResult) => unknown) | undefined;
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

/** The result of a bulk task. */
export interface BulkResult {
  /** The number of jobs at the beginning, of all names. */
  readonly total: number;
  /** The number of examined jobs. */
  readonly seen: number;
  /** The number of enqueued, deleted or killed jobs. */
  readonly done: number;
  /** The number of jobs that stay because an equal unique job waits or runs. */
  readonly duplicates: number;
  /** The number of entries that stay because no pool ever registered their name, or because they are not jobs. */
  readonly unknown: number;
  /** Whether the signal ended the work early. */
  readonly aborted: boolean;
}

/** The outcome for one job of a batch; `other` if its name is not the requested one. */
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
    await onProgress?.(result(false));
  }
  return result(false);
}
