/** The claim of a unique job: the claim's key, and the job's id. */
export interface HeldClaim {
  readonly uniqueKey: string;
  readonly jobId: string;
}
