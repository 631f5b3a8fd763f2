import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Registry, type RegistryContentType } from 'prom-client';
import { eventually } from '../../../../test/support/eventually.js';
import { Gate } from '../../../../test/support/gate.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { KillJobError } from '../errors/errors.js';
import { Job } from '../job/job.js';
import { parseEntry } from '../job/job-entry.js';
import { silentLogger } from '../logging/logger.js';
import { EVERY_FATE } from '../testing/every-fate.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { PrometheusMetrics } from './prometheus-metrics.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;
let pool: WorkerPool;
let client: Client;
let registry: Registry<RegistryContentType>;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  pool = new WorkerPool({
    ...ns.options,
    logger: silentLogger,
    concurrency: 7,
    shutdownTimeout: 0,
  });
  client = new Client(ns.options);
  registry = new Registry();
});

afterEach(async () => {
  await pool.stop();
  await enqueuer.close();
  client.close();
  await ns.close();
});

/** The lines of the page that tell a value. */
async function page(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
}

it('counts jobs by name', async () => {
  new PrometheusMetrics({ enqueuer, pool, registry });
  pool.job('good', () => undefined);
  pool.job('bad', () => {
    throw new Error('out of stock');
  });
  pool.job('hopeless', () => {
    throw new KillJobError('no such customer');
  });
  await enqueuer.enqueueMany([{ name: 'good' }, { name: 'good' }, { name: 'bad' }]);
  await enqueuer.enqueue('hopeless');
  await pool.drain();
  await eventually(async () =>
    expect(await page()).toEqual(
      expect.arrayContaining([
        'nestcraft_work_jobs_enqueued_total{job_name="good"} 2',
        'nestcraft_work_jobs_enqueued_total{job_name="bad"} 1',
        'nestcraft_work_jobs_started_total{job_name="good"} 2',
        'nestcraft_work_jobs_done_total{job_name="good"} 2',
        'nestcraft_work_jobs_failed_total{job_name="bad"} 1',
        'nestcraft_work_jobs_failed_total{job_name="hopeless"} 1',
        'nestcraft_work_jobs_dead_total{job_name="hopeless"} 1',
        'nestcraft_work_job_duration_seconds_count{job_name="good"} 2',
        'nestcraft_work_job_latency_seconds_count{job_name="bad"} 1',
        'nestcraft_work_job_latency_seconds_bucket{le="86400",job_name="bad"} 1',
      ]),
    ),
  );
});

it('counts each run by its fate: every failure as failed, those of dead jobs also as dead', async () => {
  new PrometheusMetrics({ pool, registry });
  const job = new Job(parseEntry('{"name":"n","id":"i"}'));
  for (const fate of Object.values(EVERY_FATE)) {
    pool.emit('settled', { job, fate, error: undefined, duration: 7 });
  }
  const counts = (await page()).filter((line) => /_jobs_\w+_total/.test(line));
  expect(counts.sort()).toEqual([
    'nestcraft_work_jobs_dead_total{job_name="n"} 1',
    'nestcraft_work_jobs_done_total{job_name="n"} 1',
    'nestcraft_work_jobs_failed_total{job_name="n"} 3', // retry, dead, dropped
  ]);
});

it('counts no unique job that waits already', async () => {
  new PrometheusMetrics({ enqueuer, registry });
  await enqueuer.enqueue('n', undefined, { unique: true });
  await enqueuer.enqueue('n', undefined, { unique: true });
  expect(await page()).toContain('nestcraft_work_jobs_enqueued_total{job_name="n"} 1');
});

it('shows the busy workers and the waiting jobs', async () => {
  new PrometheusMetrics({ pool, client, registry });
  const gate = new Gate();
  pool.job('slow', () => gate.pass());
  await enqueuer.enqueueMany([{ name: 'slow' }, { name: 'elsewhere' }, { name: 'elsewhere' }]);
  await enqueuer.enqueue('slow', undefined, { in: '1m' });
  await pool.start();
  await gate.reached;
  expect(await page()).toEqual(
    expect.arrayContaining([
      'nestcraft_work_workers 7',
      'nestcraft_work_workers_busy 1',
      'nestcraft_work_pool_ready 1',
      'nestcraft_work_queue_depth{job_name="elsewhere"} 2',
      'nestcraft_work_jobs_in_progress{job_name="slow"} 1',
      'nestcraft_work_jobs_kept{set="scheduled"} 1',
      'nestcraft_work_jobs_kept{set="dead"} 0',
    ]),
  );
  gate.open();
});

it('forgets a queue that is gone', async () => {
  new PrometheusMetrics({ client, registry });
  await enqueuer.enqueue('n');
  await page();
  await client.queue('n').empty();
  await client.queue('n').forget();
  expect((await page()).filter((line) => line.includes('"n"'))).toEqual([]);
});

it('gives the rest when Redis is out of reach', async () => {
  new PrometheusMetrics({ enqueuer, client, registry });
  await enqueuer.enqueue('n');
  client.close();
  const lines = await page();
  expect(lines).toContain('nestcraft_work_jobs_enqueued_total{job_name="n"} 1');
  expect(lines.filter((line) => line.includes('queue_depth'))).toEqual([]);
});

it('limits the number of names', async () => {
  new PrometheusMetrics({ enqueuer, registry });
  await enqueuer.enqueueMany(Array.from({ length: 600 }, (_, i) => ({ name: `n${i}` })));
  const lines = (await page()).filter((line) => line.includes('jobs_enqueued_total'));
  expect(lines).toHaveLength(501);
  expect(lines).toContain('nestcraft_work_jobs_enqueued_total{job_name="(other)"} 100');
});

it("takes its metrics away again, and nobody else's", async () => {
  const first = new PrometheusMetrics({ enqueuer, registry });
  new PrometheusMetrics({ client, registry });
  expect(() => new PrometheusMetrics({ enqueuer, registry })).toThrow(/already been registered/);
  first.remove();
  new PrometheusMetrics({ enqueuer, registry });
  await enqueuer.enqueue('n');
  expect(await page()).toEqual(
    expect.arrayContaining([
      'nestcraft_work_jobs_enqueued_total{job_name="n"} 1',
      'nestcraft_work_queue_depth{job_name="n"} 1',
    ]),
  );
});

it('names counters as OpenMetrics wants it, and begins with the prefix', async () => {
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  new PrometheusMetrics({ enqueuer, registry, prefix: 'jobs_' });
  await enqueuer.enqueue('n');
  expect(await page()).toContain('jobs_jobs_enqueued_total{job_name="n"} 1');
});

it('gives in seconds how long the next job of a queue has waited', async () => {
  const client = new Client({ ...ns.options, clock: new FakeClock(1_090) });
  new PrometheusMetrics({ client, registry });
  const earlier = new Enqueuer({ ...ns.options, clock: new FakeClock(1_000) });
  await earlier.enqueue('n');
  expect(await page()).toContain('nestcraft_work_queue_latency_seconds{job_name="n"} 90');
  await earlier.close();
  client.close();
});

it('shows what stalls, while it does', async () => {
  const stall = {
    kind: 'unhandled',
    subject: 'n',
    since: new Date(),
    text: '',
    remedy: '',
  } as const;
  let stalls: WorkerPool['stalls'] = [stall];
  Object.defineProperty(pool, 'stalls', { get: () => stalls });
  new PrometheusMetrics({ pool, registry });
  const line = 'nestcraft_work_stalled{kind="unhandled",subject="n"} 1';
  expect(await page()).toContain(line);
  stalls = [];
  expect(await page()).not.toContain(line);
});
