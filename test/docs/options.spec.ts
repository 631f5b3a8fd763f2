import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { optionTables, type OptionRule } from '@nestcraft/engine/internal';
import { LISTENER_OPTIONS } from '../../packages/work/src/decorators/on-job-event.decorator.js';
import { DASHBOARD_OPTIONS } from '../../packages/dashboard/src/options/dashboard-options.js';
import { METER_OPTIONS } from '../../packages/engine/src/opentelemetry/metrics.js';
import { PROPAGATOR_OPTIONS } from '../../packages/engine/src/opentelemetry/propagator.js';
import { PROMETHEUS_METRICS_OPTIONS } from '../../packages/engine/src/prometheus/prometheus-metrics.js';
import { CLS_OPTIONS } from '../../packages/work/src/cls/cls-options.js';
import { METRICS_OPTIONS } from '../../packages/work/src/prometheus/work-metrics.module-definition.js';
import { HEALTH_OPTIONS } from '../../packages/work/src/terminus/work-health-indicator.js';
import { TESTING_OPTIONS } from '../../packages/work/src/testing/create-work-testing.js';
import { WORK_OPTIONS } from '../../packages/work/src/options/work-module-options.js';
import { ROOT } from './snippets.js';

const TABLES: Readonly<Record<string, Readonly<Record<string, OptionRule>>>> = {
  'WorkModule.forRoot': WORK_OPTIONS,
  '@JobHandler': optionTables.job,
  '@PeriodicJob': optionTables.schedule,
  '@OnJobEvent': LISTENER_OPTIONS,
  WorkerPool: optionTables.pool,
  timing: optionTables.timing,
  alerts: optionTables.alerts,
  'alerts.dead': optionTables.deadLimit,
  Enqueuer: optionTables.enqueuer,
  enqueue: optionTables.enqueue,
  defineJob: optionTables.contract,
  Client: optionTables.client,
  'JobSet.list': optionTables.list,
  'Queue.list': optionTables.waitingList,
  'JobSet.…All': optionTables.bulk,
  cancel: optionTables.cancel,
  explain: optionTables.explain,
  'Queue.pause': optionTables.pause,
  metrics: optionTables.metrics,
  rates: optionTables.rates,
  rebuildLocks: optionTables.rebuildLocks,
  health: optionTables.health,
  RedisConnection: optionTables.connection,
  createWorkTesting: TESTING_OPTIONS,
  'WorkDashboardModule.forRoot': DASHBOARD_OPTIONS,
  'WorkMetricsModule.forRoot': METRICS_OPTIONS,
  PrometheusMetrics: PROMETHEUS_METRICS_OPTIONS,
  OpenTelemetryMetrics: METER_OPTIONS,
  OpenTelemetryPropagator: PROPAGATOR_OPTIONS,
  ClsPropagator: CLS_OPTIONS,
  isHealthy: HEALTH_OPTIONS,
};

interface Row {
  readonly place: string;
  readonly option: string;
  readonly expected: string;
}

/** The rows of the page's table of all options. */
function rows(): (Row & { readonly fallback: string; readonly what: string })[] {
  const page = readFileSync(join(ROOT, 'packages/work/docs/options.md'), 'utf8');
  const [, table = ''] = page.split('## All options');
  return [...table.matchAll(/^\| `(.+?)`\s*\| `(\w+)`\s*\|(.*?)\|(.*?)\|(.*?)\|$/gm)].map(
    ([, place = '', option = '', fallback = '', expected = '', what = '']) => ({
      ...{ place, option, fallback: fallback.trim() },
      ...{ expected: expected.trim(), what: what.trim() },
    }),
  );
}

describe('the table of all options', () => {
  it('has those that there are, with what they may be', () => {
    const known = Object.entries(TABLES).flatMap(([place, table]) =>
      Object.entries(table).map(([option, { expected }]): Row => ({ place, option, expected })),
    );
    expect(rows().map(({ place, option, expected }) => ({ place, option, expected }))).toEqual(
      known,
    );
  });

  it('says of each what it is, and what holds without it', () => {
    for (const { fallback, what } of rows()) expect([fallback, what]).not.toContain('');
  });
});
