import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import { verdictOf } from '../errors/errors.js';
import { errorLine, errorStack } from '../errors/error-text.js';
import { isError, readable } from '../base/thrown.js';

/** By which OpenTelemetry's tracers and meters know this library. */
export const LIBRARY = '@nestcraft/engine';

/**
 * What spans and measurements say of jobs, by OpenTelemetry's semantic conventions for messaging: a queue is named
 * after its jobs, sending is `send`, and running is `process`.
 *
 * @param jobName `undefined` where there are several
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

/** What `error.type` says of an error: its class. */
export function errorType(error: unknown): string {
  const told = readable(error);
  return isError(told) ? String(told.name) : typeof told;
}

/** Runs `act`, notes on the span how it failed, if it did, and ends it. */
export async function within(span: Span, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    // A job that is snoozed has not failed.
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
