import type { Style, Tone } from '../terminal/style.js';
import { clean, cut, widthOf } from './text.js';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Whether its texts stand at the right, as numbers do; default false. */
  readonly right?: boolean;
  /** Whether its texts may be cut where the terminal is narrow; default false. */
  readonly flexible?: boolean;
  readonly tone?: (row: Row) => Tone | undefined;
}

/** The surroundings of a table. */
export interface TablePlace {
  /** The width of the terminal; `undefined`: nothing is cut. */
  readonly columns: number | undefined;
  readonly style: Style;
}

const GAP = '  ';
const NARROWEST = 8;

/** Returns a table with a line of titles, or an empty text if there are no rows. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { columns: width, style }: TablePlace,
): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => columns.map(({ text }) => clean(text(row))));
  const titles = columns.map(({ title }) => title);
  const widths = fit(widthsOf([titles, ...cells]), columns, width);
  const line = (texts: readonly string[], tone: (index: number) => Tone | undefined): string =>
    texts
      .map((text, index) => {
        const size = widths[index] ?? 0;
        const shown = cut(text, size);
        const padding = ' '.repeat(Math.max(0, size - widthOf(shown)));
        const isLast = index === texts.length - 1;
        const coloured = style(tone(index), shown);
        if (columns[index]?.right) return padding + coloured;
        return isLast ? coloured : coloured + padding;
      })
      .join(GAP);
  const head = line(titles, () => 'dim');
  const body = cells.map((texts, row) =>
    line(texts, (index) => {
      const one = rows[row];
      return one === undefined ? undefined : columns[index]?.tone?.(one);
    }),
  );
  return [head, ...body].map((text) => `${text}\n`).join('');
}

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  const [titles = []] = lines;
  return titles.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))));
}

/** Takes what is too much from the widest of the flexible columns. */
function fit<Row>(
  widths: readonly number[],
  columns: readonly Column<Row>[],
  most: number | undefined,
): number[] {
  const fitted = [...widths];
  if (most === undefined) return fitted;
  const total = (): number => fitted.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
  while (total() > most) {
    const flexible = fitted.map((one, index) => (columns[index]?.flexible ? one : 0));
    const widest = flexible.indexOf(Math.max(...flexible));
    if ((flexible[widest] ?? 0) <= NARROWEST) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}
