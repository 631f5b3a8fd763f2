import { createHash } from 'node:crypto';
import { Job } from '../job/job.js';
import { parseEntry, type JobEntry } from '../job/job-entry.js';
import type { Keys } from '../redis/keys.js';
import { textOf, toRaw, type Raw } from '../redis/raw.js';
import type { RemoveParams } from '../scripts/job-scripts.js';
import { ownsClaim, uniqueKeyOf } from '../job/unique-key.js';

/** An entry as a client shows it. */
export interface ShownEntry {
  /** `undefined` for an entry that is not a job; `text` shows it. */
  readonly job: Job | undefined;
  /** The entry as text; bytes that are not UTF-8 show as U+FFFD. */
  readonly text: string;
  /** The exact bytes of the entry in Redis. */
  readonly raw: Raw;
  /** The job's id. An entry that is not a job, or has no id, has `sha1:` and the digest of its bytes. */
  readonly id: string;
}

/** An entry that is not parsed yet. */
export interface UnreadEntry<Shown extends ShownEntry> {
  /** The exact bytes of the entry in Redis. */
  readonly raw: Raw;
  /** Parses it. */
  readonly read: () => Shown;
}

/** Parses the job in an entry. Returns `undefined` if the entry is not a job. */
export function tryParse(raw: Raw): JobEntry | undefined {
  try {
    return parseEntry(raw);
  } catch {
    return undefined;
  }
}

export function shown(bytes: Raw): ShownEntry {
  const raw = typeof bytes === 'string' ? bytes : toRaw(bytes);
  const entry = tryParse(raw);
  return { job: entry && new Job(entry), text: textOf(raw), raw, id: idOf(raw, entry) };
}

/** Returns the id by which a client refers to an entry. */
export function idOf(raw: Raw, entry = tryParse(raw)): string {
  if (entry !== undefined && entry.id !== '') return entry.id;
  return `sha1:${createHash('sha1').update(raw).digest('hex')}`;
}

/** Makes the parameters that remove an entry together with its claim. */
export function removeParams(keys: Keys, raw: Raw, entry: JobEntry | undefined): RemoveParams {
  const uniqueKey = entry && ownsClaim(entry) ? uniqueKeyOf(keys, entry) : undefined;
  return { raw, jobName: entry?.name ?? '', jobId: entry?.id ?? '', uniqueKey };
}
