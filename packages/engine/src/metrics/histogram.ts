// Each bucket is wider than the one before by the square root of two, so a bucket is within 20 % of any time from 1 ms to a
// // week.
const PER_DOUBLING = 2;
const LAST = 60;

/** Returns the bucket of a time in milliseconds. */
export function bucketOf(milliseconds: number): number {
  if (!(milliseconds > 1)) return 0;
  return Math.min(LAST, Math.ceil(Math.log2(milliseconds) * PER_DOUBLING));
}

/** Returns the upper bound of a bucket, in milliseconds. */
export function upperBound(bucket: number): number {
  return 2 ** (bucket / PER_DOUBLING);
}

/**
 * Returns the time, in milliseconds, that a share of all jobs did not exceed; `undefined` without jobs.
 *
 * @param counts the numbers of jobs by bucket; a hole means 0
 */
export function percentile(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let seen = 0;
  const bucket = counts.findIndex((count?: number) => (seen += count ?? 0) >= share * total);
  return upperBound(bucket);
}
