/** What several rounds of one measurement say. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws RangeError for no values */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [least, most, upper] = [sorted.at(0), sorted.at(-1), sorted.at(middle)];
  if (least === undefined || most === undefined || upper === undefined) {
    throw new RangeError('Nothing was measured');
  }
  const lower = sorted.length % 2 === 1 ? upper : (sorted.at(middle - 1) ?? upper);
  return { median: (lower + upper) / 2, least, most };
}

/** The value below which a share (0 to 1) of the values lies, by the nearest rank. @throws RangeError for no values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted.at(Math.max(0, Math.ceil(share * sorted.length) - 1));
  if (value === undefined) throw new RangeError('Nothing was measured');
  return value;
}
