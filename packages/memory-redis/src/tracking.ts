import { bytesOf, type Bytes } from './bytes.js';
import type { Reply } from './reply.js';
import type { Session } from './session.js';

const CHANNEL = bytesOf('__redis__:invalidate');

/** Records which sessions have read which keys, to notify them of the next change (CLIENT TRACKING). */
export class Tracking {
  readonly #readers = new Map<Bytes, Set<Session>>();
  readonly #session: (id: number) => Session | undefined;

  constructor(session: (id: number) => Session | undefined) {
    this.#session = session;
  }

  /** Records that the session has read the keys, if it tracks changes. */
  remember(session: Session, keys: readonly Bytes[]): void {
    if (!session.isTracking) return;
    for (const key of keys) {
      const readers = this.#readers.get(key) ?? new Set();
      this.#readers.set(key, readers.add(session));
    }
  }

  /** Announces a change once: a session must read again to be notified of the next one. */
  changed(key: Bytes): void {
    const readers = this.#readers.get(key);
    if (!readers) return;
    this.#readers.delete(key);
    for (const reader of readers) this.#announce(reader, [key]);
  }

  /** Announces that everything has changed. */
  cleared(): void {
    const readers = new Set([...this.#readers.values()].flatMap((some) => [...some]));
    this.#readers.clear();
    for (const reader of readers) this.#announce(reader, null);
  }

  forget(session: Session): void {
    for (const readers of this.#readers.values()) readers.delete(session);
  }

  #announce({ tracking }: Session, what: Reply): void {
    if (tracking?.redirect === undefined) return;
    const listener = this.#session(tracking.redirect);
    if (listener?.channels.has(CHANNEL)) listener.send(['message', CHANNEL, what]);
  }
}
