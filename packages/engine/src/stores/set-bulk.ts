import type { JobEntry } from '../job/job-entry.js';
import { assertOptions } from '../options/option-rules.js';
import { MAX_BYTES_TWICE } from '../redis/batches.js';
import type { Raw } from '../redis/raw.js';
import {
  BULK_OPTIONS,
  inBulk,
  type BulkOptions,
  type BulkOutcome,
  type BulkResult,
} from './bulk.js';
import { tryParse } from './entries.js';
import { BATCH, type SetEntries } from './set-entries.js';

/** An entry and the job in it; `undefined` for an entry that is not a job. */
export interface ParsedEntry {
  readonly raw: Raw;
  readonly entry: JobEntry | undefined;
}

/** Acts on the jobs of a set. @returns an outcome for each job of the batch */
export type SetAct = (batch: readonly ParsedEntry[]) => Promise<readonly BulkOutcome[]>;

/** Works through the jobs of a set, or those of a name, in batches. @throws InvalidOptionError */
export async function setInBulk(
  entries: SetEntries,
  options: BulkOptions,
  act: SetAct,
): Promise<BulkResult> {
  assertOptions('this call', options, BULK_OPTIONS);
  const { jobName } = options;
  return inBulk(
    await entries.total(),
    options,
    async (offset) => {
      const page = await entries.page(offset, { count: BATCH, bytes: MAX_BYTES_TWICE });
      return page.entries.map((raw) => ({ raw, entry: tryParse(raw) }));
    },
    (batch) => actOn(batch, act, jobName),
  );
}

async function actOn(
  batch: readonly ParsedEntry[],
  act: SetAct,
  jobName: string | undefined,
): Promise<readonly BulkOutcome[]> {
  const wanted = batch.filter(({ entry }) => jobName === undefined || entry?.name === jobName);
  const results = wanted.length > 0 ? await act(wanted) : [];
  const outcomes = new Map(wanted.map((one, index) => [one, results[index] ?? 'gone']));
  return batch.map((one) => outcomes.get(one) ?? 'other');
}
