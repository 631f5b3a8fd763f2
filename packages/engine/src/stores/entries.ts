import { createHash } from 'node:crypto';
import { Job } from '../job/job.js';
import { parseEntry, type JobEntry } from '../job/job-entry.js';
import type { Keys } from '../redis/keys.js';
import { textOf, toRaw, type Raw } from '../redis/raw.js';
import type { Removing } from '../scripts/job-scripts.js';
import { ownsClaim, uniqueKeyOf } from '../job/unique-key.js';

/** An entry as a client shows it. */
export interface ShownEntry {
  /** `undefined` for an entry that is not a job; `text` tells what it is. */
  readonly job: Job | undefined;
  /** The entry as text; bytes that are not UTF-8 show as U+FFFD. */
  readonly text: string;
  /** The entry to the byte as it stands in Redis. */
  readonly raw: Raw;
  /** What to call it by: the job's id; of what is no job, or has no id, `sha1:` and the digest of its bytes. */
  readonly id: string;
}

/** An entry that was fetched, and is parsed only when somebody wants to know what is in it. */
export interface UnreadEntry<Shown extends ShownEntry> {
  /** The entry to the byte as it stands in Redis. */
  readonly raw: Raw;
  readonly read: () => Shown;
}

/** The job in an entry, or `undefined` if it is none. */
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

/** What a client calls an entry by. */
export function idOf(raw: Raw, entry = tryParse(raw)): string {
  if (entry !== undefined && entry.id !== '') return entry.id;
  return `sha1:${createHash('sha1').update(raw).digest('hex')}`;
}

/** How to remove an entry: with the claim that it holds. */
export function removing(keys: Keys, raw: Raw, entry: JobEntry | undefined): Removing {
  const uniqueKey = entry && ownsClaim(entry) ? uniqueKeyOf(keys, entry) : undefined;
  return { raw, jobName: entry?.name ?? '', jobId: entry?.id ?? '', uniqueKey };
}
