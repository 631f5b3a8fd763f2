import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventWriter, type EventKind, type LoggedEvent } from './event-writer.mjs';

export type { EventKind, LoggedEvent } from './event-writer.mjs';

/** The log of everything that actors did and suffered. It is a file, because Redis may lose what it is told. */
export class EventLog {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestcraft-faults-'));
  /** The file to which other processes append. */
  readonly path = join(this.#folder, 'events.jsonl');
  readonly #writer = new EventWriter(this.path);

  write(...event: Parameters<EventWriter['write']>): void {
    this.#writer.write(...event);
  }

  /** All events so far, in their order. */
  events(): readonly LoggedEvent[] {
    const lines = readFileSync(this.path, 'utf8').split('\n');
    // A process that was killed may have left a part of a line.
    return lines.flatMap((line) => parsed(line) ?? []);
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
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function parsed(line: string): LoggedEvent | undefined {
  try {
    return JSON.parse(line) as LoggedEvent;
  } catch {
    return undefined;
  }
}
