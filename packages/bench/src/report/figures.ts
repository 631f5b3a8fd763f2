import type { CaseResult } from '../benchmark.js';
import type { Summary } from '../statistics.js';
import type { Metric, Unit } from '../workloads/workload.js';

/** A figure, compared with other figures. */
export interface Comparison {
  readonly figure: Summary;
  /** How many times better this project is; `undefined` for its own figures. */
  readonly ratio: number | undefined;
  /** The share (0 to 1) of the bound's figure; `undefined` without a bound. */
  readonly ofBound: number | undefined;
}

const OURS = 'nestcraft';
const BOUND = 'bound';

/** A competitor's figure in a case; `undefined` if it was not measured. */
export function compare(
  { results }: CaseResult,
  { key, better }: Metric,
  competitor: string,
): Comparison | undefined {
  const figureOf = (id: string): Summary | undefined =>
    results.find((result) => result.competitor === id)?.figures[key];
  const figure = figureOf(competitor);
  if (!figure) return undefined;
  const [ours, bound] = [figureOf(OURS), figureOf(BOUND)];
  const times = (a: Summary, b: Summary): number =>
    better === 'more' ? a.median / b.median : b.median / a.median;
  return {
    figure,
    ratio: ours && competitor !== OURS ? times(ours, figure) : undefined,
    ofBound: bound && competitor !== BOUND ? times(figure, bound) : undefined,
  };
}

/** Formats a figure with three significant digits, and with its unit unless that is obvious. */
export function formatFigure(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString('en', {
    maximumFractionDigits: unit === '/s' && value >= 10 ? 0 : digits,
  });
  return unit === '' || unit === '/s' || unit === 'bytes' ? text : `${text} ${unit}`;
}

export function formatRatio(ratio: number): string {
  return `${ratio.toLocaleString('en', { maximumFractionDigits: ratio >= 10 ? 0 : ratio >= 2 ? 1 : 2 })}×`;
}

export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}
