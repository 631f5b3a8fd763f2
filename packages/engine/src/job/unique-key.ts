import { encodeUniqueKey, type JobArgsLimits } from './job-args.js';
import type { GoEscapes } from './go-json.js';
import type { JobEntry } from './job-entry.js';
import { firingOf } from './firing-id.js';
import type { Keys } from '../redis/keys.js';
import type { HeldClaim } from './held-claim.js';

/**
 * The Redis key by which a unique job claims that no other like it waits: its name and its arguments, or the key that the
 * caller gives instead of them. It is byte for byte the key that gocraft/work makes.
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
  // Go's encoder ends with a newline.
  const text = object && `${encodeUniqueKey(jobName, object, options, options.escapes)}\n`;
  return keys.unique(jobName, text ?? '');
}

/** The unique key of a job in Redis. Entries of old gocraft/work do not name it, so it is made from the arguments. */
export function uniqueKeyOf(keys: Keys, entry: JobEntry): string | undefined {
  if (!entry.unique) return undefined;
  if (entry.uniqueKey !== '') return keys.isUnique(entry.uniqueKey) ? entry.uniqueKey : undefined;
  return uniqueKey(keys, entry.name, entry.args, { maxArgsBytes: Infinity });
}

/**
 * Whether the claim is the job's own to free. A job that was started under gocraft/work's rule (it has failures, or this
 * engine marked its claim as released) owns it no longer. A job that holds its claim until it is done still does.
 */
export function ownsClaim(entry: JobEntry): boolean {
  if (!entry.unique || entry.claim === 'released') return false;
  return holdsClaim(entry) || entry.fails === 0;
}

/** Whether a job that has been started holds its claim until it has ended. */
export function holdsClaim({ claim }: Pick<JobEntry, 'claim'>): boolean {
  return claim === 'held' || claim === 'kept';
}

/** The claim that a fetched job may hold; `undefined` if it holds none. */
export function heldClaim(keys: Keys, entry: JobEntry): HeldClaim | undefined {
  if (!entry.unique || entry.claim === 'released') return undefined;
  // Entries of old gocraft/work do not name their key, and fetch.lua does not handle their claims.
  if (entry.claim === undefined && entry.uniqueKey !== '') return undefined;
  const key = uniqueKeyOf(keys, entry);
  return key === undefined ? undefined : { uniqueKey: key, jobId: entry.id };
}

/**
 * Whether a job's claim ends with its death. The claim of a schedule's firing always does: it keeps the next firings away,
 * and they would be missing for as long as it lasts.
 */
export function endsWithDeath({ id }: Pick<JobEntry, 'id'>, isKept: boolean): boolean {
  return !isKept || firingOf(id) !== undefined;
}
