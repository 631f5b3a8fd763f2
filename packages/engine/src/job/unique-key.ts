import { InvalidJobArgsError } from '../errors/errors.js';
import { encodeUniqueKey, type JobArgsLimits } from './job-args.js';
import type { GoEscapes } from './go-json.js';
import type { JobEntry } from './job-entry.js';
import { firingOf } from './firing-id.js';
import type { Keys } from '../redis/keys.js';
import type { HeldClaim } from './held-claim.js';

/**
 * Returns the Redis key of a unique job's claim, which prevents equal jobs from waiting. It consists of the name and
 * the arguments, or the caller's key in their place, and equals gocraft/work's key byte for byte.
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

/**
 * Returns the unique key of a job in Redis. Entries of old gocraft/work versions do not contain it, so it is derived
 * from the arguments. Returns `undefined` if they are too deep or contain Infinity, because anybody may have written
 * them; a claim of such a job ends by expiring.
 */
export function uniqueKeyOf(keys: Keys, entry: JobEntry): string | undefined {
  if (!entry.unique) return undefined;
  if (entry.uniqueKey !== '') return keys.isUnique(entry.uniqueKey) ? entry.uniqueKey : undefined;
  try {
    return uniqueKey(keys, entry.name, entry.args, { maxArgsBytes: Infinity });
  } catch (error) {
    if (error instanceof InvalidJobArgsError) return undefined;
    throw error;
  }
}

/**
 * Returns whether the job may release the claim. Once started under gocraft/work's rule (it has failures, or this
 * engine marked its claim as released), a job no longer owns it. A job that holds its claim until it is done still
 * does.
 */
export function ownsClaim(entry: JobEntry): boolean {
  if (!entry.unique || entry.claim === 'released') return false;
  return holdsClaim(entry) || entry.fails === 0;
}

/** Returns whether a started job holds its claim until it has ended. */
export function holdsClaim({ claim }: Pick<JobEntry, 'claim'>): boolean {
  return claim === 'held' || claim === 'kept';
}

/** Returns the claim that a fetched job may hold; `undefined` if it holds none. */
export function heldClaim(keys: Keys, entry: JobEntry): HeldClaim | undefined {
  if (!entry.unique || entry.claim === 'released') return undefined;
  // Entries of old gocraft/work versions do not contain their key, and fetch.lua does not handle their claims.
  if (entry.claim === undefined && entry.uniqueKey !== '') return undefined;
  const key = uniqueKeyOf(keys, entry);
  return key === undefined ? undefined : { uniqueKey: key, jobId: entry.id };
}

/**
 * Returns whether a job's claim ends with its death. The claim of a schedule's firing always does: it blocks the
 * following firings, which would be missed for as long as the claim exists.
 */
export function endsWithDeath({ id }: Pick<JobEntry, 'id'>, isKept: boolean): boolean {
  return !isKept || firingOf(id) !== undefined;
}
