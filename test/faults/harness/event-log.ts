import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventWriter, type EventKind, type LoggedEvent } from './event-writer.mjs';

export type { EventKind, LoggedEvent } from './event-writer.mjs';

const NEWLINE = 10;

/** The log of everything that actors did and suffered. It is a file, because Redis may lose what it is told. */
export class EventLog {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestcraft-faults-'));
  /** The file to which other processes append. */
  readonly path = join(this.#folder, 'events.jsonl');
  readonly #writer = new EventWriter(this.path);
  readonly #file = openSync(this.path, 'r');
  readonly #events: LoggedEvent[] = [];
  #read = 0;

  write(...event: Parameters<EventWriter['write']>): void {
    this.#writer.write(...event);
  }

  /** All events so far, in their order. */
  events(): readonly LoggedEvent[] {
    const more = Buffer.alloc(fstatSync(this.#file).size - this.#read);
    const length = readSync(this.#file, more, 0, more.length, this.#read);
    // The last line may still be on its way.
    const whole = more.lastIndexOf(NEWLINE, length - 1) + 1;
    this.#read += whole;
    for (const line of more.toString('utf8', 0, whole).split('\n')) {
      if (line !== '') this.#events.push(JSON.parse(line) as LoggedEvent);
    }
    return this.#events;
  }

  /** The events of one kind, of one process if it is given. */
  of(kind: EventKind, pid?: number): readonly LoggedEvent[] {
    return this.events().filter(
      (event) => event.ev === kind && (pid === undefined || event.pid === pid),
    );
  }

  /** Closes the log and removes its file. */
  remove(): void {
    this.#writer.close();
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
