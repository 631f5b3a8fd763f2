import type { Access } from './access.js';
import { failure, good, unknown, warning, type Verdict } from './finding.js';

/** Judges whether the Redis user may run all commands. */
export function permissions({ missing }: Access): Verdict {
  if (missing === undefined) {
    return unknown(
      'Redis does not report which commands its user may run.',
      'Use Redis 7.0 or later, or compare the ACL with the one in the documentation.',
    );
  }
  if (missing.length === 0) return good('The Redis user may run all needed commands.');
  const names = missing.join(', ');
  return failure(
    `The Redis user may not run ${names}.`,
    `ACL SETUSER … ${missing.map((name) => `+${name.toLowerCase().replace(' ', '|')}`).join(' ')}`,
    { missing },
  );
}

/** Judges whether Redis wakes pools. */
export function tracking({ notWatching }: Access): Verdict {
  if (notWatching === '') return good('Redis reports changed keys to pools.');
  return warning(
    `Pools poll, and jobs start up to two seconds late, because Redis does not report changed keys: ${notWatching}.`,
    'Allow client|id, client|tracking, client|caching, subscribe and the channel __redis__:invalidate.',
    { reason: notWatching },
  );
}

/**
 * Judges whether this version understands the data in Redis.
 *
 * @param found the newest format in Redis; `undefined` if none is noted
 * @param own the format of this version
 */
export function format(found: number | undefined, own: number): Verdict {
  const details = { format: found, understood: own };
  if (found === undefined) return good('No pool of this project has noted a format yet.', details);
  if (found <= own)
    return good(`The data has format ${found}, which this version understands.`, details);
  return failure(
    `The data has format ${found}, written by a newer version. This version understands up to ${own}: its pools do not start.`,
    'Upgrade this process.',
    details,
  );
}
