import type { Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';

/**
 * The lifetime of a claim in milliseconds, as in gocraft/work; the claim of a scheduled job outlives its delay by this
 * much.
 */
export const CLAIM_TTL = 24 * 3600 * 1000;

/**
 * Scripts of one concern, one method for each. Only these methods know the order of keys and arguments and the format
 * of replies.
 */
export abstract class ScriptGroup {
  constructor(
    protected readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** Returns the time in the scripts' format: empty for Redis's own. */
  protected now(): number | '' {
    return this.clock.scriptTime() ?? '';
  }

  /** Returns the keys of a claim: the claim itself, and its owner. */
  protected claimKeys(uniqueKey: string): [string, string] {
    return [uniqueKey, this.keys.uniqueOwner(uniqueKey)];
  }
}
