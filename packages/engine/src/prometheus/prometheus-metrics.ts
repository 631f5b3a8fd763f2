import {
  Counter,
  Gauge,
  Histogram,
  register,
  Registry,
  type RegistryContentType,
} from 'prom-client';
import type { Client } from '../client/client.js';
import type { QueueStatus } from '../stores/queues.js';
import type { Enqueuer } from '../enqueue/enqueuer.js';
import { assertOptions, objectWith, rule, type OptionTable } from '../options/option-rules.js';
import type { RunResult } from '../metrics/tally.js';
import { MEASURED } from '../telemetry/measured.js';
import { DURATION_BUCKETS, LATENCY_BUCKETS } from '../telemetry/buckets.js';
import { readFleet, type FleetReading } from '../telemetry/fleet-reading.js';
import { watchJobs, type WatchedPool } from '../telemetry/watch-jobs.js';

/** Options of `PrometheusMetrics`. Only the given objects are measured. */
export interface PrometheusMetricsOptions {
  readonly enqueuer?: Enqueuer | undefined;
  readonly pool?: WatchedPool | undefined;
  /** The client that reads the queues of all processes at each scrape. */
  readonly client?: Client | undefined;
  /** The registry for the metrics; default: prom-client's global registry. */
  readonly registry?: Registry<RegistryContentType> | undefined;
  /** The prefix of the metrics' names; default `nestcraft_work_`. */
  readonly prefix?: string | undefined;
}

/** The rules for the options of `PrometheusMetrics`. */
export const PROMETHEUS_METRICS_OPTIONS: OptionTable<PrometheusMetricsOptions> = {
  ...MEASURED,
  registry: objectWith('a Registry of prom-client', 'registerMetric'),
  prefix: rule('a text', (value) => typeof value === 'string'),
};

const LABELS = ['job_name'] as const;
const STALL_LABELS = ['kind', 'subject'] as const;
type ByName = (typeof LABELS)[number];

const QUEUE_GAUGES: readonly (readonly [
  name: string,
  help: string,
  valueOf: (queue: QueueStatus) => number,
])[] = [
  ['queue_depth', 'Jobs that wait in a queue', ({ count }) => count],
  [
    'queue_latency_seconds',
    'Seconds for which the next job of a queue has waited',
    ({ latency }) => latency / 1000,
  ],
  ['jobs_in_progress', 'Jobs that run, in all processes', ({ inProgress }) => inProgress],
];

/**
 * Registers Prometheus metrics of an enqueuer, a pool, and the jobs in Redis. Times are in seconds. Metrics have the job
 * name as label, with at most 500 names and `(other)`.
 *
 * Counters and histograms cover this process. The gauges of queues and of scheduled, retry and dead jobs are read from
 * Redis at each scrape and are the same in every process: use their `max`.
 *
 * @throws InvalidOptionError; prom-client's Error when the registry already has metrics of the same names
 *
 * @example
 * ```ts
 * new PrometheusMetrics({ enqueuer, pool, client });
 * http.createServer(async (_request, response) => response.end(await register.metrics())).listen(9464);
 * ```
 */
export class PrometheusMetrics {
  readonly #options: PrometheusMetricsOptions;
  readonly #names: string[] = [];
  #reading: Promise<FleetReading | undefined> | undefined;

  constructor(options: PrometheusMetricsOptions) {
    assertOptions('PrometheusMetrics', options, PROMETHEUS_METRICS_OPTIONS);
    this.#options = options;
    const { enqueuer, pool, client } = options;
    if (enqueuer || pool) this.#countJobs();
    if (pool) this.#gaugeWorkers(pool);
    if (client) this.#gaugeFleet(client);
  }

  /** Removes the metrics from the registry. */
  remove(): void {
    const { registry = register } = this.#options;
    for (const name of this.#names) registry.removeSingleMetric(name);
  }

  #countJobs(): void {
    const enqueued = this.#counter('jobs_enqueued', 'Jobs that this process has enqueued');
    const started = this.#counter('jobs_started', 'Jobs that this process has started');
    const done = this.#counter('jobs_done', 'Runs of jobs that have succeeded');
    const failed = this.#counter(
      'jobs_failed',
      'Runs of jobs that have failed, including the last runs of dead jobs',
    );
    const dead = this.#counter('jobs_dead', 'Jobs that have died');
    const latency = this.#histogram(
      'job_latency_seconds',
      'Whole seconds between the enqueueing of a job and its start',
      LATENCY_BUCKETS,
    );
    const duration = this.#histogram(
      'job_duration_seconds',
      'Durations of runs in seconds',
      DURATION_BUCKETS,
    );
    const ended: Readonly<Record<RunResult, readonly Counter<ByName>[]>> = {
      done: [done],
      failed: [failed],
      dead: [failed, dead],
    };
    watchJobs(this.#options, {
      enqueued: (name, count) => enqueued.inc({ job_name: name }, count),
      started: (name, wait) => {
        started.inc({ job_name: name });
        latency.observe({ job_name: name }, wait);
      },
      settled: (name, run) => {
        const counters = run.result ? ended[run.result] : [];
        for (const counter of counters) counter.inc({ job_name: name });
        duration.observe({ job_name: name }, run.duration);
      },
    });
  }

  #gaugeWorkers(pool: WatchedPool): void {
    this.#gauge(
      'workers',
      'Maximum number of jobs that this process runs concurrently',
      [],
      (gauge) => gauge.set(pool.concurrency),
    );
    this.#gauge('workers_busy', 'Jobs that are running in this process', [], (gauge) =>
      gauge.set(pool.busy),
    );
    this.#gauge('pool_ready', 'Whether this process fetches jobs: 1 or 0', [], (gauge) =>
      gauge.set(pool.isReady ? 1 : 0),
    );
    this.#gauge('stalled', 'Whether something stalls: 1 while it does', STALL_LABELS, (gauge) => {
      for (const { kind, subject = '' } of pool.stalls) gauge.set({ kind, subject }, 1);
    });
  }

  #gaugeFleet(client: Client): void {
    for (const [name, help, valueOf] of QUEUE_GAUGES) {
      this.#gauge(name, help, LABELS, async (gauge) => {
        for (const queue of (await this.#read(client))?.queues ?? []) {
          gauge.set({ job_name: queue.jobName }, valueOf(queue));
        }
      });
    }
    const help = 'Jobs that are scheduled, wait for their retry, or are dead';
    this.#gauge('jobs_kept', help, ['set'], async (gauge) => {
      for (const [set, count] of (await this.#read(client))?.sets ?? []) gauge.set({ set }, count);
    });
  }

  /** Reads Redis once for all gauges of a scrape. */
  #read(client: Client): Promise<FleetReading | undefined> {
    this.#reading ??= readFleet(client).finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  #counter(name: string, help: string): Counter<ByName> {
    const { registry = register } = this.#options;
    // With OpenMetrics, prom-client adds the suffix.
    const isOpenMetrics = registry.contentType === Registry.OPENMETRICS_CONTENT_TYPE;
    return new Counter({
      name: this.#newName(isOpenMetrics ? name : `${name}_total`),
      help,
      labelNames: LABELS,
      registers: [registry],
    });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram<ByName> {
    const { registry = register } = this.#options;
    const labelNames = LABELS;
    return new Histogram({
      name: this.#newName(name),
      help,
      labelNames,
      buckets,
      registers: [registry],
    });
  }

  /** Registers a gauge that is reset and set again at each scrape. */
  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    set: (gauge: Gauge<Label>) => void | Promise<void>,
  ): void {
    const { registry = register } = this.#options;
    new Gauge<Label>({
      name: this.#newName(name),
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        await set(this);
      },
    });
  }

  #newName(name: string): string {
    const prefixed = `${this.#options.prefix ?? 'nestcraft_work_'}${name}`;
    this.#names.push(prefixed);
    return prefixed;
  }
}
