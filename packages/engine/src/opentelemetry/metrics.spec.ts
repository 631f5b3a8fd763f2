import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { OpenTelemetryMetrics } from './metrics.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let pool: WorkerPool;
let client: Client;
let exporter: InMemoryMetricExporter;
let meterProvider: MeterProvider;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  pool = new WorkerPool({ ...ns.options, logger: silentLogger, concurrency: 7 });
  client = new Client(ns.options);
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const exportIntervalMillis = 3_600_000; // only when it is flushed
  meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis })],
  });
});

afterEach(async () => {
  await meterProvider.shutdown();
  await pool.stop();
  await enqueuer.close();
  client.close();
  await ns.close();
});

/** Each measurement as its name, what tells it from others, and its value; of a histogram how many there were. */
async function measurements(): Promise<[string, string, unknown][]> {
  exporter.reset();
  await meterProvider.forceFlush();
  return exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }): [string, string, unknown] => [
        descriptor.name,
        [
          ...['messaging.destination.name', 'nestcraft.work.fate', 'error.type'],
          ...['nestcraft.work.set', 'nestcraft.work.stall.kind', 'nestcraft.work.stall.subject'],
        ]
          .flatMap((key) => attributes[key] ?? [])
          .join(' '),
        typeof value === 'number' ? value : value.count,
      ]),
    );
}

it('counts jobs', async () => {
  new OpenTelemetryMetrics({ enqueuer, pool, meterProvider });
  pool.job('good', () => undefined);
  pool.job('bad', () => {
    throw new TypeError('out of stock');
  });
  await enqueuer.enqueueMany([{ name: 'good' }, { name: 'good' }, { name: 'bad' }]);
  await pool.drain();
  await eventually(async () =>
    expect(await measurements()).toEqual(
      expect.arrayContaining([
        ['messaging.client.sent.messages', 'good', 2],
        ['messaging.client.sent.messages', 'bad', 1],
        ['messaging.client.consumed.messages', 'good', 2],
        ['nestcraft.work.job.latency', 'good', 2],
        ['messaging.process.duration', 'good done', 2],
        ['messaging.process.duration', 'bad retry TypeError', 1],
      ]),
    ),
  );
});

it('shows the busy workers and the waiting jobs', async () => {
  new OpenTelemetryMetrics({ pool, client, meterProvider });
  await enqueuer.enqueue('n');
  await enqueuer.enqueue('n', undefined, { in: '1m' });
  expect(await measurements()).toEqual(
    expect.arrayContaining([
      ['nestcraft.work.workers.limit', '', 7],
      ['nestcraft.work.workers.busy', '', 0],
      ['nestcraft.work.queue.depth', 'n', 1],
      ['nestcraft.work.jobs.kept', 'scheduled', 1],
      ['nestcraft.work.jobs.kept', 'retry', 0],
    ]),
  );
});

it('measures in seconds how long the next job of a queue has waited', async () => {
  const client = new Client({ ...ns.options, clock: new FakeClock(1_090) });
  new OpenTelemetryMetrics({ client, meterProvider });
  const earlier = new Enqueuer({ ...ns.options, clock: new FakeClock(1_000) });
  await earlier.enqueue('n');
  expect(await measurements()).toContainEqual(['nestcraft.work.queue.latency', 'n', 90]);
  await earlier.close();
  client.close();
});

it('shows what stalls', async () => {
  const stall = { kind: 'unhandled', subject: 'n', since: new Date(), text: '', remedy: '' };
  Object.defineProperty(pool, 'stalls', { value: [stall] });
  new OpenTelemetryMetrics({ pool, meterProvider });
  expect(await measurements()).toContainEqual(['nestcraft.work.stalled', 'unhandled n', 1]);
});
