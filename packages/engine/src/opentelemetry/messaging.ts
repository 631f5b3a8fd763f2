import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import { verdictOf } from '../errors/errors.js';
import { errorLine, errorStack } from '../errors/error-text.js';
import { isError, readable } from '../base/thrown.js';

/** The name of this library for OpenTelemetry's tracers and meters. */
export const LIBRARY = '@nestcraft/engine';

/**
 * Returns the attributes of jobs for spans and measurements, by OpenTelemetry's semantic conventions for messaging. A queue
 * has the name of its jobs, sending is `send`, and running is `process`.
 *
 * @param jobName `undefined` for several names
 */
export function messagingAttributes(
  operation: 'send' | 'process',
  jobName: string | undefined,
): Attributes {
  return {
    'messaging.system': 'nestcraft_work',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    ...(jobName !== undefined && { 'messaging.destination.name': jobName }),
  };
}

/** Returns the `error.type` of an error, which is its class. */
export function errorType(error: unknown): string {
  const told = readable(error);
  return isError(told) ? String(told.name) : typeof told;
}

/** Runs `act`, records its failure, if any, on the span, and ends the span. */
export async function within(span: Span, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    // A snoozed job has not failed.
    if (verdictOf(error) !== 'snooze') noteError(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function noteError(span: Span, error: unknown): void {
  const told = readable(error);
  const [type, message, stack] = [errorType(told), errorLine(told), errorStack(told)];
  span.recordException({ name: type, message, ...(stack !== undefined && { stack }) });
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
