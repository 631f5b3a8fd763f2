import { setImmediate as nextTurn } from 'node:timers/promises';

// Milliseconds for which the event loop may be held before others get their turn.
const SLICE = 4;

/** Shares the event loop: long work asks it again and again whether to let others have their turn. */
export class Pace {
  private since: number;

  /** @param now milliseconds; a test's own */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.since = now();
  }

  /** Returns at once while there is time left, else after the others' turn. */
  async step(): Promise<void> {
    if (this.now() - this.since < SLICE) return;
    await nextTurn();
    this.since = this.now();
  }
}
