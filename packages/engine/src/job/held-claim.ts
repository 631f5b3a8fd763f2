/** The claim that a unique job holds: the claim's key, and the job's id. */
export interface HeldClaim {
  readonly uniqueKey: string;
  readonly jobId: string;
}
