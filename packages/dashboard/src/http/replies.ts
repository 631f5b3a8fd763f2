import type { Observable } from 'rxjs';

/** An event of a stream of server-sent events. */
export interface StreamEvent {
  readonly type: string;
  /** JSON. */
  readonly data: string;
  /** Whether a later one tells the same better, so that a slow reader may do without it. */
  readonly isPassing?: boolean;
}

/** An answer that goes on: server-sent events, until the client leaves. */
export class EventStream {
  constructor(readonly events: Observable<StreamEvent>) {}
}

/** An answer that is not the JSON of a value. */
export class Reply {
  constructor(
    readonly body: string | Buffer,
    readonly headers: Readonly<Record<string, string>>,
    readonly status = 200,
  ) {}

  /** JSON that is text already. */
  static json(text: string): Reply {
    return new Reply(text, { 'Content-Type': 'application/json; charset=utf-8' });
  }

  /** To another address, relative to that of the request. */
  static redirect(location: string): Reply {
    return new Reply('', { Location: location }, 302);
  }

  /** An entry of Redis to be saved: a browser must not show what somebody else has written. */
  static entry(bytes: Buffer): Reply {
    return new Reply(bytes, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment; filename="job.json"',
    });
  }
}
