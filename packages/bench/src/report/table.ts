import type { CaseResult, WorkloadResult } from '../benchmark.js';
import type { Competitor } from '../competitors.js';
import type { Metric } from '../workloads/workload.js';
import { compare, formatFigure, formatRatio, formatShare } from './figures.js';

/**
 * A workload's results as a table in Markdown, a line for each case and metric. A cell is the median and, in brackets,
 * half the range, how many times better this project is, and the share of the bound.
 */
export function table(result: WorkloadResult, competitors: readonly Competitor[]): string {
  const { workload, what, metrics, cases } = result;
  const present = competitors.filter(({ id }) =>
    cases.some(({ results }) => results.some(({ competitor }) => competitor === id)),
  );
  const head = ['', ...present.map(({ title }) => title)];
  const rows = cases.flatMap((one) =>
    metrics.map((metric) => [
      label(one, metric, metrics.length),
      ...present.map(({ id }) => cell(one, metric, id)),
    ]),
  );
  return [`**\`${workload}\`**: ${what}`, '', ...aligned([head, ...rows])].join('\n');
}

function label({ title }: CaseResult, metric: Metric, metrics: number): string {
  const unit =
    metric.unit === '/s' || metric.unit === 'bytes'
      ? `, ${metric.unit === '/s' ? 'a second' : 'bytes'}`
      : '';
  if (title === '') return `${metric.title}${unit}`;
  return metrics === 1 ? title : `${title}: ${metric.title}${unit}`;
}

function cell(one: CaseResult, metric: Metric, competitor: string): string {
  const comparison = compare(one, metric, competitor);
  if (!comparison) return '–';
  const { figure, ratio, ofBound } = comparison;
  const spread = (figure.max - figure.min) / 2 / figure.median;
  const notes = [
    figure.max > figure.min && `±${formatShare(spread)}`,
    ratio !== undefined && competitor !== 'bound' && formatRatio(ratio),
    ofBound !== undefined && formatShare(ofBound),
  ].filter((note) => note !== false);
  const median = formatFigure(figure.median, metric.unit);
  return notes.length > 0 ? `${median} (${notes.join(', ')})` : median;
}

/** Cells padded so that columns stand below each other; numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(4, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.slice(1).map(line)];
}
