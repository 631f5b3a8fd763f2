import { encodeUniqueKey, type JobArgsLimits } from './job-args.js';
import type { GoEscapes } from './go-json.js';
import type { JobEntry } from './job-entry.js';
import { firingOf } from './firing-id.js';
import type { Keys } from '../redis/keys.js';
import type { HeldClaim } from './held-claim.js';

/**
 * The Redis key by which a unique job claims that no other like it waits, to the byte as gocraft/work makes it: the
 * job's name and its arguments, or what the caller gives instead of them.
 *
 * @param object the arguments, or the caller's key; `null` for a job without arguments
 * @throws InvalidJobArgsError
 */
export function uniqueKey(
  keys: Keys,
  jobName: string,
  object: object | null,
  options: JobArgsLimits & { readonly escapes?: GoEscapes } = {},
): string {
  // The newline is what Go's encoder ends with.
  const text = object && `${encodeUniqueKey(jobName, object, options, options.escapes)}\n`;
  return keys.unique(jobName, text ?? '');
}

/** The key of a job that is in Redis already. Entries of old gocraft/work do not name it: it follows from the arguments. */
export function uniqueKeyOf(keys: Keys, entry: JobEntry): string | undefined {
  if (!entry.unique) return undefined;
  if (entry.uniqueKey !== '') return keys.isUnique(entry.uniqueKey) ? entry.uniqueKey : undefined;
  return uniqueKey(keys, entry.name, entry.args, { maxArgsBytes: Infinity });
}

/**
 * Whether the key is this job's to free. A job that has been started under gocraft/work's rule (fails counted, or
 * marked as released by this engine) owns nothing any more; one that holds its claim until it is done still does.
 */
export function ownsClaim(entry: JobEntry): boolean {
  if (!entry.unique || entry.claim === 'released') return false;
  return holdsClaim(entry) || entry.fails === 0;
}

/** Whether a job that has been started holds its claim until it has ended. */
export function holdsClaim({ claim }: Pick<JobEntry, 'claim'>): boolean {
  return claim === 'held' || claim === 'kept';
}

/** The claim that a job may hold which has been fetched. */
export function heldClaim(keys: Keys, entry: JobEntry): HeldClaim | undefined {
  if (!entry.unique || entry.claim === 'released') return undefined;
  // Of old gocraft/work's entries, which do not name their key, the claim was not yet dealt with.
  if (entry.claim === undefined && entry.uniqueKey !== '') return undefined;
  const key = uniqueKeyOf(keys, entry);
  return key === undefined ? undefined : { uniqueKey: key, jobId: entry.id };
}

/**
 * Whether the claim of a job ends with its death. That of a schedule's firing does in any case: it keeps the next firings
 * away, and they would be late for as long as it lasts.
 */
export function endsWithDeath({ id }: Pick<JobEntry, 'id'>, isKept: boolean): boolean {
  return !isKept || firingOf(id) !== undefined;
}
