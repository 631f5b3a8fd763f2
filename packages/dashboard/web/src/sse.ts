/** An event of a stream of `text/event-stream`. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Assembles events from the pieces of a stream. Unlike an `EventSource`, this reveals why the server refused. */
export class EventReader {
  #rest = '';

  /** Returns the events that this piece completes. */
  read(piece: string): StreamEvent[] {
    const texts = (this.#rest + piece).split(/\r?\n\r?\n/);
    this.#rest = texts.pop() ?? '';
    return texts.map(eventOf).filter(({ data }) => data !== '');
  }
}

function eventOf(text: string): StreamEvent {
  const lines = text.split(/\r?\n/);
  const values = (field: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${field}:`))
      .map((line) => line.slice(field.length + 1).replace(/^ /, ''));
  return { type: values('event').at(-1) ?? 'message', data: values('data').join('\n') };
}
