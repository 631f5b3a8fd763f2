import {
  Controller,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { currentJob, Enqueuer, WorkerPool } from '@nestcraft/engine';
import { JobHandler } from '../decorators/job-handler.decorator.js';
import { isolated } from '../testing/test-redis.js';
import { WorkModule } from '../work.module.js';
import { OpenTelemetryPropagator } from './index.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const exporter = new InMemorySpanExporter();
const seen: unknown[] = [];

@Injectable()
class NotingGuard implements CanActivate {
  canActivate(): boolean {
    seen.push(['guard', trace.getActiveSpan()?.spanContext().traceId, currentJob()?.name]);
    return true;
  }
}

@Injectable()
class Mailer {
  @JobHandler('send_email')
  @UseGuards(NotingGuard)
  sendEmail(): void {
    seen.push(['handler', trace.getActiveSpan()?.spanContext().traceId, currentJob()?.name]);
  }
}

@Controller('signups')
class SignupController {
  constructor(private readonly enqueuer: Enqueuer) {}

  @Post()
  async signUp(): Promise<void> {
    await this.enqueuer.enqueue('send_email');
  }
}

let app: INestApplication;

beforeAll(() => {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});

afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

beforeEach(async () => {
  @Module({
    imports: [
      WorkModule.forRoot({
        ...isolated(),
        propagators: [new OpenTelemetryPropagator()],
        currentJob: true,
      }),
    ],
    controllers: [SignupController],
    providers: [Mailer, NotingGuard],
  })
  class App {}
  app = await NestFactory.create(App, { logger: false });
  // What an instrumented HTTP server does with a request.
  app.use((request: { headers: object }, _response: unknown, next: () => void) =>
    context.with(propagation.extract(context.active(), request.headers), next),
  );
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

it('a request, the job that it enqueues, the guard and the handler of the job are one trace', async () => {
  await fetch(`${await app.getUrl()}/signups`, {
    method: 'POST',
    headers: { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` },
  });
  await app.get(WorkerPool).drain();
  expect(seen).toEqual([
    ['guard', TRACE_ID, 'send_email'],
    ['handler', TRACE_ID, 'send_email'],
  ]);
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ kind }) => kind)).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
  expect(spans.map((span) => span.spanContext().traceId)).toEqual([TRACE_ID, TRACE_ID]);
});
