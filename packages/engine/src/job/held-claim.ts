/** The claim that a unique job holds. */
export interface HeldClaim {
  readonly uniqueKey: string;
  readonly jobId: string;
}
