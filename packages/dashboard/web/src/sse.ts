/** An event of a stream of `text/event-stream`. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Puts the pieces of a stream together; an `EventSource` does so too, but does not tell why the server refused. */
export class EventReader {
  #rest = '';

  /** The events that are complete with this piece. */
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
