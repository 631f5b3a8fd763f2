import { Injectable, StreamableFile } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { NO_CONTENT } from './content-security.js';
import { EventStream, Reply, type StreamEvent } from './replies.js';

/** A response of Express, which is Node's own, or of Fastify, which wraps Node's. */
interface FrameworkResponse {
  readonly raw?: ServerResponse;
  hijack?(): void;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
}

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': NO_CONTENT,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/**
 * Writes the dashboard's responses. It bypasses the application's interceptors: an interceptor that wraps responses, as
 * many do, would break the page.
 */
@Injectable()
export class Sender {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** @param value a `Reply`, an `EventStream`, `undefined` for an empty response, or a value to write as JSON */
  send(response: unknown, value: unknown, status: number | undefined): void {
    // An interceptor of the application may have timed out and already sent an error.
    if (this.adapterHost.httpAdapter.isHeadersSent(response)) return;
    if (value instanceof EventStream) {
      this.stream(response as FrameworkResponse, value);
    } else if (value instanceof Reply) {
      this.write(response, value);
    } else if (value === undefined) {
      this.write(response, new Reply('', {}, status ?? 204));
    } else {
      const { body, headers } = Reply.json(JSON.stringify(value));
      this.write(response, new Reply(body, headers, status ?? 200));
    }
  }

  private write(response: unknown, { body, headers, status }: Reply): void {
    const { httpAdapter } = this.adapterHost;
    this.setHeaders(response, headers);
    const content =
      typeof body === 'string' ? body : new StreamableFile(body, { length: body.length });
    httpAdapter.reply(response, content, status);
  }

  private stream(response: FrameworkResponse, { events }: EventStream): void {
    this.setHeaders(response, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform', // keeps proxies from buffering events
      'X-Accel-Buffering': 'no',
    });
    const headers = response.getHeaders();
    response.hijack?.();
    const raw = response.raw ?? (response as ServerResponse);
    if (raw.destroyed) return; // The client is gone, and nothing would end the stream.
    raw.writeHead(200, { ...headers });
    raw.write('\n'); // flushes the headers
    const subscription = events.subscribe({
      next: (event) => {
        if (!(event.isPassing && raw.writableNeedDrain)) raw.write(textOf(event));
      },
      error: () => raw.end(),
      complete: () => raw.end(),
    });
    raw.once('close', () => subscription.unsubscribe());
  }

  private setHeaders(response: unknown, headers: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries({ ...HEADERS, ...headers })) {
      this.adapterHost.httpAdapter.setHeader(response, name, value);
    }
  }
}

function textOf({ type, data }: StreamEvent): string {
  return `event: ${type}\ndata: ${data}\n\n`;
}
