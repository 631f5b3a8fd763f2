import type { Figure } from '../harness/index.js';
import type { SoakReport } from '../soak/soak-report.js';
import type { FaultRow } from './rows.js';

const HEAD = ['', 'fault', 'injected', 'must hold', 'measured', 'gocraft/work', 'BullMQ'];

/** The table of all faults, in Markdown. */
export function faultTable(rows: readonly FaultRow[], figures: readonly Figure[]): string {
  return markdown([
    HEAD,
    ...rows.map(({ id, fault, injected, holds, gocraft = '', bullmq = '' }) => {
      return [id, fault, injected, holds, measured(id, figures), gocraft, bullmq];
    }),
  ]);
}

function measured(id: string, figures: readonly Figure[]): string {
  const own = figures.filter(({ row }) => row === id);
  if (own.length === 0) return 'holds';
  return own
    .map(({ what, value, unit, bar }) => {
      const most = bar === undefined ? '' : ` (at most ${bar})`;
      return `${what}: ${rounded(value)}${unit && ` ${unit}`}${most}`;
    })
    .join('; ');
}

/** The results of a soak test, in Markdown. */
export function soakTable(report: SoakReport): string {
  const { recovery, keys, connections, memorySlope, faults, duplicates: twice } = report;
  const duplicated = Object.entries(twice).map(([cause, count]) => `${count} by ${cause}`);
  return markdown([
    ['', ''],
    ['duration', `${report.minutes} min, seed ${report.seed}`],
    ['faults injected', String(sum(Object.values(faults)))],
    ['jobs enqueued', thousands(report.enqueued)],
    ['enqueues refused', thousands(report.rejected)],
    ['enqueues with an unknown outcome', thousands(report.unknown)],
    ['jobs done', thousands(report.done)],
    ['jobs lost', String(report.lost)],
    ['runs too many', duplicated.join(', ') || '0'],
    ['next start after a fault', `p50 ${rounded(recovery.p50)} s, p99 ${rounded(recovery.p99)} s`],
    ['keys without expiry, before and after', `${keys.before}, ${keys.after}`],
    ['connections, before and after', `${connections.before}, ${connections.after}`],
    ['growth of memory', memorySlope === undefined ? 'too short' : `${rounded(memorySlope)} MiB/h`],
    ['errors that nobody caught', String(report.errors.length)],
    ['breaches of invariants', String(report.breaches.length)],
  ]);
}

/** The page with these tables in the places of its own. */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\n\n)[^]*?(\n\n<!-- /${name} -->)`);
    return text.replace(place, (_, before: string, after: string) => `${before}${table}${after}`);
  }, page);
}

/** The largest value of each figure. Several tests may note the same one. */
export function worst(figures: readonly Figure[]): readonly Figure[] {
  const found = new Map<string, Figure>();
  for (const figure of figures) {
    const key = `${figure.row} ${figure.what}`;
    const before = found.get(key);
    if (!before || figure.value > before.value) found.set(key, figure);
  }
  const number = ({ row }: Figure): number => Number(row.slice(1));
  return [...found.values()].sort((a, b) => number(a) - number(b) || (a.what < b.what ? -1 : 1));
}

function markdown(table: readonly (readonly string[])[]): string {
  const [head = [], ...body] = table;
  const widths = head.map((_, column) =>
    Math.max(3, ...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
