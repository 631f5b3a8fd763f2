import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseResult, WorkloadResult } from '../benchmark.js';
import type { Competitor } from '../competitors.js';
import type { Environment } from '../environment.js';
import type { Metric } from '../workloads/workload.js';
import { barChart, type BarGroup } from './bar-chart.js';
import { compare, formatFigure, formatRatio } from './figures.js';
import { latencyChart, type LatencyRow } from './latency-chart.js';
import type { Kind } from './svg.js';

const FOLDER = fileURLToPath(new URL('../../charts', import.meta.url));

interface Chart {
  readonly workload: string;
  readonly title: string;
  readonly kind: 'bars' | 'latency';
  /** The metrics that are drawn; default: the first. */
  readonly metrics?: readonly string[];
}

const CHARTS: readonly Chart[] = [
  { workload: 'drain', title: 'No-op jobs a second: more is better', kind: 'bars' },
  { workload: 'enqueue', title: 'Jobs enqueued a second: more is better', kind: 'bars' },
  {
    workload: 'flow',
    title: '1,000 jobs a second: milliseconds until the handler starts, p50, p99, p99.9',
    kind: 'latency',
  },
  {
    workload: 'idle',
    title: 'A job into an idle pool: milliseconds until the handler starts, median and slowest',
    kind: 'latency',
  },
  {
    workload: 'resources',
    title: 'CPU seconds for 100,000 no-op jobs: less is better',
    kind: 'bars',
    metrics: ['cpu', 'redisCpu'],
  },
  { workload: 'nest', title: 'The cost of Nest, jobs a second: more is better', kind: 'bars' },
];

/**
 * Draws what was measured into `charts/`, a file for each workload that has a chart.
 *
 * @returns the lines of Markdown that show them in the README
 */
export async function writeCharts(
  about: Environment,
  results: readonly WorkloadResult[],
  competitors: readonly Competitor[],
): Promise<string[]> {
  const lines: string[] = [];
  await mkdir(FOLDER, { recursive: true });
  for (const chart of CHARTS) {
    const result = results.find(({ workload }) => workload === chart.workload);
    if (!result) continue;
    const file = `${chart.workload}.svg`;
    await writeFile(join(FOLDER, file), draw(chart, result, about, competitors));
    lines.push(`![${chart.title}](charts/${file})`);
  }
  return lines;
}

function draw(
  { title, kind, metrics }: Chart,
  result: WorkloadResult,
  { date, machine }: Environment,
  competitors: readonly Competitor[],
): string {
  const heading = { title, subtitle: `${date}, ${machine}` };
  if (kind === 'latency') return latencyChart(heading, latencyRows(result, competitors));
  const drawn = result.metrics.filter(({ key }, index) => metrics?.includes(key) ?? index === 0);
  return barChart(
    heading,
    result.cases.flatMap((one) => drawn.map((metric) => barGroup(one, metric, competitors))),
  );
}

function barGroup(one: CaseResult, metric: Metric, competitors: readonly Competitor[]): BarGroup {
  const bars = competitors.flatMap(({ id, title }) => {
    const comparison = compare(one, metric, id);
    if (!comparison) return [];
    const { figure, ratio } = comparison;
    const text = formatFigure(figure.median, metric.unit);
    const beside = ratio !== undefined && id !== 'bound' ? `${text} · ${formatRatio(ratio)}` : text;
    return [{ label: title, value: figure.median, figure: beside, kind: kindOf(id) }];
  });
  return { title: one.title === '' ? metric.title : one.title, bars };
}

/** The first case only: others are not of all competitors. */
function latencyRows(
  { cases: [one], metrics }: WorkloadResult,
  competitors: readonly Competitor[],
) {
  return competitors.flatMap(({ id, title }): LatencyRow[] => {
    const values = metrics
      .map((metric) => one && compare(one, metric, id)?.figure.median)
      .filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const figure = values.map((value) => formatFigure(value, '')).join(' · ');
    return [{ label: title, values, figure, kind: kindOf(id) }];
  });
}

function kindOf(id: string): Kind {
  if (id === 'bound') return 'bound';
  return id.startsWith('nest') ? 'ours' : 'others';
}
