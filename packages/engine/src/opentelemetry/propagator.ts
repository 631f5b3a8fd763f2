import {
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Span,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { Job } from '../job/job.js';
import { assertOptions, objectWith, oneOf, type OptionTable } from '../options/option-rules.js';
import type { Propagator } from '../middleware/propagator.js';
import { LIBRARY, messagingAttributes, within } from './messaging.js';

export interface OpenTelemetryPropagatorOptions {
  /**
   * The relation of a job's run to the trace in which the job was enqueued. `parent`: the run belongs to that trace. `link`:
   * the run starts its own trace, which links to it. Default `parent`. Runs of jobs that were enqueued together, with
   * `enqueueMany`, always link, because a trace with thousands of runs would be unreadable.
   */
  readonly relation?: 'parent' | 'link' | undefined;
  /** The provider of the tracer; default: the one that is registered with OpenTelemetry's API. */
  readonly tracerProvider?: TracerProvider | undefined;
}

/** The rules for the options of `OpenTelemetryPropagator`. */
export const PROPAGATOR_OPTIONS: OptionTable<OpenTelemetryPropagatorOptions> = {
  relation: oneOf('parent', 'link'),
  tracerProvider: objectWith('a TracerProvider', 'getTracer'),
};

/** The carrier's text: the fields of the application's text map propagators, such as `traceparent` and `baggage`. */
interface Carried {
  readonly fields: Readonly<Record<string, string>>;
  readonly link?: boolean;
}

const LINK = createContextKey('nestcraft: jobs that are enqueued together');

/**
 * Carries traces and baggage along with jobs. It makes a PRODUCER span around each call of the enqueuer and a CONSUMER span
 * around each run of a job, including every retry, and records their errors. Names and attributes follow OpenTelemetry's
 * semantic conventions for messaging.
 *
 * Without a registered SDK it does almost nothing.
 *
 * @example
 * ```ts
 * const propagators = [new OpenTelemetryPropagator()];
 * const enqueuer = new Enqueuer({ redis, propagators });
 * const pool = new WorkerPool({ redis, propagators });
 * ```
 */
export class OpenTelemetryPropagator implements Propagator {
  readonly name = 'opentelemetry';
  readonly #options: OpenTelemetryPropagatorOptions;

  /** @throws InvalidOptionError */
  constructor(options: OpenTelemetryPropagatorOptions = {}) {
    assertOptions('OpenTelemetryPropagator', options, PROPAGATOR_OPTIONS);
    this.#options = options;
  }

  async enqueue(jobs: readonly Job[], next: () => Promise<readonly Job[]>): Promise<void> {
    const span = this.#startSend(jobs);
    const sending = trace.setSpan(context.active(), span);
    const active = jobs.length > 1 ? sending.setValue(LINK, true) : sending;
    await within(span, () =>
      context.with(active, async () => {
        const { length: taken } = await next();
        if (taken < jobs.length)
          span.setAttribute('nestcraft.work.duplicates', jobs.length - taken);
      }),
    );
  }

  capture(): string | undefined {
    const fields: Record<string, string> = {};
    const active = context.active();
    propagation.inject(active, fields);
    if (Object.keys(fields).length === 0) return undefined;
    const carried: Carried = active.getValue(LINK) === true ? { fields, link: true } : { fields };
    return JSON.stringify(carried);
  }

  async restore(carrier: string | undefined, run: () => Promise<void>, job: Job): Promise<void> {
    const { fields, link } =
      carrier === undefined ? { fields: {} } : (JSON.parse(carrier) as Carried);
    // Not the active context, which belongs to the code that started the pool.
    const origin = propagation.extract(ROOT_CONTEXT, fields);
    const span = this.#startProcess(
      job,
      origin,
      link === true || this.#options.relation === 'link',
    );
    await within(span, () => context.with(trace.setSpan(origin, span), run));
  }

  #startSend(jobs: readonly Job[]): Span {
    const [first] = jobs;
    const jobName = jobs.every(({ name }) => name === first?.name) ? first?.name : undefined;
    return this.#tracer.startSpan(jobName === undefined ? 'send' : `send ${jobName}`, {
      kind: SpanKind.PRODUCER,
      attributes: {
        ...messagingAttributes('send', jobName),
        ...(jobs.length === 1
          ? { 'messaging.message.id': first?.id }
          : { 'messaging.batch.message_count': jobs.length }),
      },
    });
  }

  #startProcess(job: Job, origin: Context, isLinked: boolean): Span {
    const sent = trace.getSpanContext(origin);
    return this.#tracer.startSpan(
      `process ${job.name}`,
      {
        kind: SpanKind.CONSUMER,
        root: isLinked,
        links: isLinked && sent ? [{ context: sent }] : [],
        attributes: {
          ...messagingAttributes('process', job.name),
          'messaging.message.id': job.id,
          'nestcraft.work.attempt': job.fails + 1,
        },
      },
      origin,
    );
  }

  get #tracer(): Tracer {
    return (this.#options.tracerProvider ?? trace).getTracer(LIBRARY);
  }
}
