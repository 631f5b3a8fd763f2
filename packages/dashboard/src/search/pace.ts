import { setImmediate as nextTurn } from 'node:timers/promises';

// Milliseconds for which the event loop may be blocked before other work gets a turn.
const SLICE = 4;

/** Shares the event loop: long work calls it regularly to yield to other work. */
export class Pace {
  private since: number;

  /** @param now returns milliseconds; replaced in tests */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.since = now();
  }

  /** Returns immediately while time is left, otherwise after other work has had a turn. */
  async step(): Promise<void> {
    if (this.now() - this.since < SLICE) return;
    await nextTurn();
    this.since = this.now();
  }
}
