import { Drawing, LEFT, RIGHT, TOP, type Heading, type Kind } from './svg.js';

export interface LatencyRow {
  readonly label: string;
  /** Milliseconds, in ascending order. */
  readonly values: readonly number[];
  /** Written beside it. */
  readonly figure: string;
  readonly kind: Kind;
}

const STEP = 30;

/** A row of dots for each competitor, on a logarithmic axis of milliseconds. */
export function latencyChart(heading: Heading, rows: readonly LatencyRow[]): string {
  const drawing = new Drawing();
  const all = rows.flatMap(({ values }) => values);
  const [from, to] = [
    Math.floor(Math.log10(Math.min(...all))),
    Math.ceil(Math.log10(Math.max(...all))),
  ];
  const span = Math.max(1, to - from);
  const at = (value: number): number => LEFT + ((RIGHT - LEFT) * (Math.log10(value) - from)) / span;
  const bottom = TOP + rows.length * STEP;
  for (let power = from; power <= from + span; power++) {
    drawing.line(at(10 ** power), TOP - 8, at(10 ** power), bottom, 'line');
    drawing.text(
      at(10 ** power),
      bottom + 18,
      `${(10 ** power).toLocaleString('en')} ms`,
      'faint',
      'middle',
    );
  }
  for (const [index, { label, values, figure, kind }] of rows.entries()) {
    const y = TOP + index * STEP + STEP / 2 - 4;
    const [first = 0, last = first] = [values.at(0), values.at(-1)];
    drawing.text(LEFT - 10, y + 4, label, kind === 'ours' ? 'ink strong' : 'ink', 'end');
    drawing.line(at(first), y, at(last), y, kind, 3);
    for (const value of values) drawing.dot(at(value), y, 5, kind);
    drawing.text(at(last) + 12, y + 4, figure, 'faint');
  }
  return drawing.svg(heading, bottom + 34);
}
