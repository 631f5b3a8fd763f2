import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type BaggageEntry,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { KillJobError, EnqueueStoppedError, SnoozeJobError } from '../errors/errors.js';
import { silentLogger } from '../logging/logger.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { OpenTelemetryPropagator, type OpenTelemetryPropagatorOptions } from './propagator.js';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const contexts = new AsyncLocalStorageContextManager();

let ns: TestNamespace;
let enqueuers: Enqueuer[];
let pools: WorkerPool[];

beforeAll(() => {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(contexts.enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  );
});

afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

beforeEach(() => {
  exporter.reset();
  ns = new TestNamespace();
  enqueuers = [];
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await Promise.all(enqueuers.map((enqueuer) => enqueuer.close()));
  await ns.close();
});

function anEnqueuer(): Enqueuer {
  const enqueuer = new Enqueuer({ ...ns.options, propagators: [new OpenTelemetryPropagator()] });
  enqueuers.push(enqueuer);
  return enqueuer;
}

function aPool(options?: OpenTelemetryPropagatorOptions): WorkerPool {
  const propagators = [new OpenTelemetryPropagator(options)];
  const pool = new WorkerPool({ ...ns.options, propagators, logger: silentLogger });
  pools.push(pool);
  return pool;
}

/** Has somebody do something in a trace; returns the trace's id. */
async function inTrace(act: () => Promise<unknown>): Promise<string> {
  return trace.getTracer('test').startActiveSpan('request', async (span) => {
    await act();
    span.end();
    return span.spanContext().traceId;
  });
}

function spans(kind: SpanKind): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.kind === kind);
}

function onlySpan(kind: SpanKind): ReadableSpan {
  const [span, another] = spans(kind);
  if (!span || another) throw new Error(`There are ${spans(kind).length} spans of kind ${kind}`);
  return span;
}

describe('a job that is enqueued in a trace', () => {
  it('is sent and run in it', async () => {
    const inHandler: unknown[] = [];
    const pool = aPool().job('send_email', () => {
      inHandler.push(trace.getActiveSpan()?.spanContext().spanId);
    });
    const enqueuer = anEnqueuer();
    let id = '';
    const traceId = await inTrace(async () => ({ id } = await enqueuer.enqueue('send_email')));
    await pool.drain();

    const sent = onlySpan(SpanKind.PRODUCER);
    const processed = onlySpan(SpanKind.CONSUMER);
    expect([sent, processed].map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
    expect(processed.parentSpanContext?.spanId).toBe(sent.spanContext().spanId);
    expect(inHandler).toEqual([processed.spanContext().spanId]);
    expect(sent).toMatchObject({
      name: 'send send_email',
      attributes: {
        'messaging.system': 'nestcraft_work',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': 'send_email',
        'messaging.message.id': id,
      },
    });
    expect(processed).toMatchObject({
      name: 'process send_email',
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'messaging.system': 'nestcraft_work',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'send_email',
        'messaging.message.id': id,
        'nestcraft.work.attempt': 1,
      },
    });
  });

  it('stays in it through retries, with the errors on their spans', async () => {
    const pool = aPool().job('n', { backoff: () => 0 }, (job) => {
      if (job.fails === 0) throw new TypeError('out of stock');
    });
    const enqueuer = anEnqueuer();
    const traceId = await inTrace(() => enqueuer.enqueue('n'));
    await pool.start();
    await eventually(() => expect(spans(SpanKind.CONSUMER)).toHaveLength(2));
    expect(spans(SpanKind.CONSUMER).map((span) => span.spanContext().traceId)).toEqual([
      traceId,
      traceId,
    ]);
    const [first, second] = spans(SpanKind.CONSUMER);
    expect(first).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'TypeError: out of stock' },
      attributes: { 'error.type': 'TypeError', 'nestcraft.work.attempt': 1 },
      events: [{ name: 'exception' }],
    });
    expect(second).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { 'nestcraft.work.attempt': 2 },
    });
  });

  it('takes the baggage along', async () => {
    const seen: (BaggageEntry | undefined)[] = [];
    const pool = aPool().job('n', () =>
      seen.push(propagation.getActiveBaggage()?.getEntry('tenant')),
    );
    const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
    const enqueuer = anEnqueuer();
    await context.with(propagation.setBaggage(context.active(), baggage), () =>
      enqueuer.enqueue('n'),
    );
    await pool.drain();
    expect(seen).toEqual([{ value: 'acme' }]);
  });

  it('begins its own trace that links to it, with relation "link"', async () => {
    const pool = aPool({ relation: 'link' }).job('n', () => undefined);
    const enqueuer = anEnqueuer();
    const traceId = await inTrace(() => enqueuer.enqueue('n'));
    await pool.drain();
    const processed = onlySpan(SpanKind.CONSUMER);
    expect(processed.parentSpanContext).toBeUndefined();
    expect(processed.spanContext().traceId).not.toBe(traceId);
    expect(processed.links.map((link) => link.context.spanId)).toEqual([
      onlySpan(SpanKind.PRODUCER).spanContext().spanId,
    ]);
  });
});

describe('jobs that are enqueued together', () => {
  it('are sent in one span, and run in traces of their own that link to it', async () => {
    const pool = aPool().job('n', () => undefined);
    await anEnqueuer().enqueueMany([{ name: 'n' }, { name: 'n' }, { name: 'n' }]);
    await pool.drain();
    const sent = onlySpan(SpanKind.PRODUCER);
    expect(sent).toMatchObject({
      name: 'send n',
      attributes: { 'messaging.batch.message_count': 3 },
    });
    const processed = spans(SpanKind.CONSUMER);
    expect(new Set(processed.map((span) => span.spanContext().traceId)).size).toBe(3);
    for (const { links, parentSpanContext } of processed) {
      expect(parentSpanContext).toBeUndefined();
      expect(links.map((link) => link.context.spanId)).toEqual([sent.spanContext().spanId]);
    }
  });

  it('of several names are sent in a span that names none', async () => {
    await anEnqueuer().enqueueMany([{ name: 'a' }, { name: 'b' }]);
    const sent = onlySpan(SpanKind.PRODUCER);
    expect(sent.name).toBe('send');
    expect(sent.attributes).not.toHaveProperty('messaging.destination.name');
  });
});

describe('spans', () => {
  it('show that a unique job was already waiting', async () => {
    const enqueuer = anEnqueuer();
    await enqueuer.enqueue('n', undefined, { unique: true });
    exporter.reset();
    await enqueuer.enqueue('n', undefined, { unique: true });
    expect(onlySpan(SpanKind.PRODUCER).attributes['nestcraft.work.duplicates']).toBe(1);
  });

  it('show why a job could not be enqueued', async () => {
    const enqueuer = anEnqueuer().middleware(() => undefined);
    await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueStoppedError);
    expect(onlySpan(SpanKind.PRODUCER)).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'EnqueueStoppedError' },
    });
  });

  it.each<[string, Error, SpanStatusCode]>([
    ['nothing of a job that is snoozed', new SnoozeJobError('60s'), SpanStatusCode.UNSET],
    ['an error of a job that is discarded', new KillJobError('gone'), SpanStatusCode.ERROR],
  ])('tell %s', async (_, error, code) => {
    const pool = aPool().job('n', () => {
      throw error;
    });
    await anEnqueuer().enqueue('n');
    await pool.drain();
    expect(onlySpan(SpanKind.CONSUMER).status.code).toBe(code);
  });

  it('of a job without a carrier, such as one of a Go process or a schedule, begin a trace', async () => {
    const pool = aPool().job('n', () => undefined);
    const plain = new Enqueuer(ns.options);
    enqueuers.push(plain);
    await inTrace(async () => {
      await plain.enqueue('n');
      await pool.drain(); // started in a trace, which is not the job's
    });
    const { parentSpanContext, links } = onlySpan(SpanKind.CONSUMER);
    expect([parentSpanContext, links]).toEqual([undefined, []]);
  });
});
