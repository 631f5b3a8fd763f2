import type { HeldClaim } from '../job/held-claim.js';
import type { Raw } from '../redis/raw.js';

/** All writes for a job that was in progress. */
export interface Settlement {
  /** The name of the queue it was fetched from. */
  readonly jobName: string;
  /** The entry exactly as it was fetched. */
  readonly raw: Raw;
  readonly move: Move;
  /** Data to store or delete beside its entry. */
  readonly notes?: readonly Note[];
}

/** The result of settling jobs, which are identified by their positions (from 0) in the call. */
export interface Settled {
  /** Jobs that were not in progress: another pool took them, or an earlier call had settled them. */
  readonly lost: readonly number[];
  /**
   * Jobs that are still in progress, because Redis refuses a write to their destination, such as a key of the wrong
   * kind.
   */
  readonly refused: readonly number[];
  /** The reason for the first refused job. */
  readonly reason: string | undefined;
}

/** Data about a job to store or delete beside its entry. */
export type Note =
  | { readonly kind: 'attempt'; readonly jobId: string; readonly text: string }
  | { readonly kind: 'forgetAttempts'; readonly jobId: string }
  | { readonly kind: 'forgetDeaths'; readonly jobId: string }
  /** The job is no longer marked as cancelled. */
  | { readonly kind: 'unmark'; readonly jobId: string }
  | { readonly kind: 'result'; readonly schedule: string; readonly text: string }
  /** Extends its carrier to `milliseconds` from now. */
  | { readonly kind: 'renewCarrier'; readonly jobId: string; readonly milliseconds: number }
  /** Extends its claim to `milliseconds` from now. */
  | { readonly kind: 'renewClaim'; readonly claim: HeldClaim; readonly milliseconds: number }
  | { readonly kind: 'forgetCarrier'; readonly jobId: string };

/**
 * The destination of an entry after its run. Delays are in whole seconds; `freed` is the claim that ends with the run.
 */
export type Move =
  | { readonly to: 'nowhere'; readonly freed?: HeldClaim | undefined }
  | { readonly to: 'retry'; readonly entry: Raw; readonly delay: number }
  | { readonly to: 'dead'; readonly entry: Raw; readonly freed?: HeldClaim | undefined }
  /** The entry is not changed. */
  | { readonly to: 'scheduled'; readonly delay: number }
  | { readonly to: 'queue' };
