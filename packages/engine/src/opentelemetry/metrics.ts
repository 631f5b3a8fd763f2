import { metrics, ValueType, type Attributes, type MeterProvider } from '@opentelemetry/api';
import type { Client } from '../client/client.js';
import type { Enqueuer } from '../enqueue/enqueuer.js';
import { DURATION_BUCKETS, LATENCY_BUCKETS } from '../telemetry/buckets.js';
import { assertOptions, objectWith, type OptionTable } from '../options/option-rules.js';
import { MEASURED } from '../telemetry/measured.js';
import { readFleet } from '../telemetry/fleet-reading.js';
import { watchJobs, type WatchedPool } from '../telemetry/watch-jobs.js';
import { errorType, LIBRARY, messagingAttributes } from './messaging.js';

/** Options of `OpenTelemetryMetrics`. Only the given objects are measured. */
export interface OpenTelemetryMetricsOptions {
  readonly enqueuer?: Enqueuer | undefined;
  readonly pool?: WatchedPool | undefined;
  /** The client that reads the queues of all processes at each collection. */
  readonly client?: Client | undefined;
  /** The provider of the meter; default: the one that is registered with OpenTelemetry's API at construction. */
  readonly meterProvider?: MeterProvider | undefined;
}

/** The rules for the options of `OpenTelemetryMetrics`. */
export const METER_OPTIONS: OptionTable<OpenTelemetryMetricsOptions> = {
  ...MEASURED,
  meterProvider: objectWith('a MeterProvider', 'getMeter'),
};

/**
 * Measures an enqueuer, a pool, and the jobs in Redis with OpenTelemetry's meters. Names follow the semantic conventions
 * for messaging where these define one; other names begin with `nestcraft.work`. Times are in seconds. Measurements have
 * the job name as attribute, with at most 500 names and `(other)`.
 *
 * Counters and histograms cover this process. The gauges of queues and of scheduled, retry and dead jobs are read from
 * Redis at each collection and are the same in every process: use their maximum.
 *
 * @example
 * ```ts
 * new OpenTelemetryMetrics({ enqueuer, pool, client });
 * ```
 */
export class OpenTelemetryMetrics {
  readonly #meter;

  /** @throws InvalidOptionError */
  constructor(options: OpenTelemetryMetricsOptions) {
    assertOptions('OpenTelemetryMetrics', options, METER_OPTIONS);
    const { enqueuer, pool, client, meterProvider = metrics } = options;
    this.#meter = meterProvider.getMeter(LIBRARY);
    if (enqueuer || pool) this.#countJobs({ enqueuer, pool });
    if (pool) this.#gaugeWorkers(pool);
    if (client) this.#gaugeFleet(client);
  }

  #countJobs(watched: Pick<OpenTelemetryMetricsOptions, 'enqueuer' | 'pool'>): void {
    const sent = this.#counter('messaging.client.sent.messages', 'Jobs that were enqueued');
    const consumed = this.#counter('messaging.client.consumed.messages', 'Jobs that were started');
    const latency = this.#histogram(
      'nestcraft.work.job.latency',
      'Whole seconds between the enqueueing of a job and its start',
      LATENCY_BUCKETS,
    );
    const duration = this.#histogram(
      'messaging.process.duration',
      'Durations of runs',
      DURATION_BUCKETS,
    );
    watchJobs(watched, {
      enqueued: (name, count) => sent.add(count, messagingAttributes('send', name)),
      started: (name, wait) => {
        const attributes = messagingAttributes('process', name);
        consumed.add(1, attributes);
        latency.record(wait, attributes);
      },
      settled: (name, { fate, error, duration: seconds }) =>
        duration.record(seconds, {
          ...messagingAttributes('process', name),
          'nestcraft.work.fate': fate,
          ...(error !== undefined && { 'error.type': errorType(error) }),
        }),
    });
  }

  #gaugeWorkers(pool: WatchedPool): void {
    const limit = this.#gauge(
      'nestcraft.work.workers.limit',
      'Maximum number of jobs that run concurrently',
    );
    const busy = this.#gauge('nestcraft.work.workers.busy', 'Jobs that are running');
    limit.addCallback((result) => result.observe(pool.concurrency));
    busy.addCallback((result) => result.observe(pool.busy));
    const stalled = this.#gauge('nestcraft.work.stalled', 'What stalls: 1 for each', '{stall}');
    stalled.addCallback((result) => {
      for (const { kind, subject } of pool.stalls) {
        const about = subject === undefined ? {} : { 'nestcraft.work.stall.subject': subject };
        result.observe(1, { 'nestcraft.work.stall.kind': kind, ...about });
      }
    });
  }

  #gaugeFleet(client: Client): void {
    const depth = this.#gauge('nestcraft.work.queue.depth', 'Jobs that wait in a queue');
    const latency = this.#gauge(
      'nestcraft.work.queue.latency',
      'How long the next job of a queue has waited',
      's',
    );
    const running = this.#gauge(
      'nestcraft.work.queue.in_progress',
      'Jobs that are running, in all processes',
    );
    const kept = this.#gauge(
      'nestcraft.work.jobs.kept',
      'Jobs that are scheduled, wait for their retry, or are dead',
    );
    this.#meter.addBatchObservableCallback(
      async (result) => {
        const reading = await readFleet(client);
        for (const queue of reading?.queues ?? []) {
          const attributes = destination(queue.jobName);
          result.observe(depth, queue.count, attributes);
          result.observe(latency, queue.latency / 1000, attributes);
          result.observe(running, queue.inProgress, attributes);
        }
        for (const [set, count] of reading?.sets ?? []) {
          result.observe(kept, count, { 'nestcraft.work.set': set });
        }
      },
      [depth, latency, running, kept],
    );
  }

  #counter(name: string, description: string) {
    return this.#meter.createCounter(name, {
      ...{ description, unit: '{message}', valueType: ValueType.INT },
    });
  }

  #histogram(name: string, description: string, explicitBucketBoundaries: number[]) {
    const advice = { explicitBucketBoundaries };
    return this.#meter.createHistogram(name, { description, unit: 's', advice });
  }

  #gauge(name: string, description: string, unit = '{job}') {
    return this.#meter.createObservableGauge(name, {
      ...{ description, unit, valueType: ValueType.INT },
    });
  }
}

function destination(jobName: string): Attributes {
  return { 'messaging.system': 'nestcraft_work', 'messaging.destination.name': jobName };
}
