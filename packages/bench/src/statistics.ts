/** The results of several rounds of one measurement. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [min, max, upper] = [sorted.at(0), sorted.at(-1), sorted.at(middle)];
  if (min === undefined || max === undefined || upper === undefined) {
    throw new RangeError('Nothing was measured');
  }
  const lower = sorted.length % 2 === 1 ? upper : (sorted.at(middle - 1) ?? upper);
  return { median: (lower + upper) / 2, min, max };
}

/** The value below which a share (0 to 1) of the values lies, by the nearest rank. @throws RangeError for no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted.at(Math.max(0, Math.ceil(share * sorted.length) - 1));
  if (value === undefined) throw new RangeError('Nothing was measured');
  return value;
}
