import type { Clock } from '../base/clock.js';
import type { Keys } from '../redis/keys.js';

/** Milliseconds that a claim lasts, as in gocraft/work; the claim of a scheduled job lasts that much longer than its delay. */
export const CLAIM_TTL = 24 * 3600 * 1000;

/** Scripts of one concern, one method for each: it alone knows the order of keys and arguments, and reads the reply. */
export abstract class ScriptGroup {
  constructor(
    protected readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** The time as scripts take it: empty for Redis's own. */
  protected now(): number | '' {
    return this.clock.scriptTime() ?? '';
  }

  /** The keys of a claim: itself, and whose it is. */
  protected claimKeys(uniqueKey: string): [string, string] {
    return [uniqueKey, this.keys.uniqueOwner(uniqueKey)];
  }
}
