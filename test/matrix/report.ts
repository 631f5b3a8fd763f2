import type { Row } from './rows.js';
import type { Outcome } from './run-row.js';

/** What came of each row, by its id; a text says why a row could not be run. */
export type Results = Readonly<Record<string, Outcome | string>>;

const HEAD = ['', 'Node', 'Nest', 'ioredis', 'server', 'application', 'specs', 'run on'];

/** The table of all rows, in Markdown. */
export function report(rows: readonly Row[], results: Results): string {
  const table = [HEAD, ...rows.map((row) => cells(row, results[row.id]))];
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function cells(row: Row, outcome: Outcome | string | undefined): readonly string[] {
  const wanted = [row.node, row.nest, row.ioredis, row.server];
  if (outcome === undefined) return [row.about, ...wanted, 'not run', '', ''];
  if (typeof outcome === 'string') return [row.about, ...wanted, outcome, '', ''];
  const { node, nest, ioredis, server, app, specs, date } = outcome;
  const ran = specs ? `${specs.passed} passed, ${specs.failed} failed` : '';
  return [row.about, node, nest, ioredis, server, app, ran, date];
}

const TABLE = /(<!-- matrix -->\n\n)[^]*?(\n\n<!-- \/matrix -->)/;

/** The page with this table in the place of its own. */
export function withTable(page: string, table: string): string {
  return page.replace(TABLE, (_, before: string, after: string) => `${before}${table}${after}`);
}
