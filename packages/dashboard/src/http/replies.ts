import type { Observable } from 'rxjs';

/** An event of a stream of server-sent events. */
export interface StreamEvent {
  readonly type: string;
  /** JSON. */
  readonly data: string;
  /** Whether a later event supersedes it, so that it may be skipped for a slow reader. */
  readonly isPassing?: boolean;
}

/** A continuous response: server-sent events until the client disconnects. */
export class EventStream {
  constructor(readonly events: Observable<StreamEvent>) {}
}

/** A response other than a value as JSON. */
export class Reply {
  constructor(
    readonly body: string | Buffer,
    readonly headers: Readonly<Record<string, string>>,
    readonly status = 200,
  ) {}

  /** Responds with JSON that is already serialised. */
  static json(text: string): Reply {
    return new Reply(text, { 'Content-Type': 'application/json; charset=utf-8' });
  }

  /** Redirects to another address, relative to that of the request. */
  static redirect(location: string): Reply {
    return new Reply('', { Location: location }, 302);
  }

  /** Sends an entry of Redis as a download: a browser must not render content that others have written. */
  static entry(bytes: Buffer): Reply {
    return new Reply(bytes, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment; filename="job.json"',
    });
  }
}
