import type { Clock } from '@nestcraft/engine';

/** A clock that stands still until a test moves it. It is the time of Redis's scripts, too. */
export class VirtualClock implements Clock {
  #now: number;

  constructor(now: Date) {
    // Jobs have whole seconds; a test that begins with one sees no rounding.
    this.#now = Math.floor(now.getTime() / 1000) * 1000;
  }

  now(): number {
    return this.#now;
  }

  scriptTime(): number {
    return this.#now;
  }

  /** @param milliseconds since the epoch; the clock does not go back */
  moveTo(milliseconds: number): void {
    this.#now = Math.max(this.#now, milliseconds);
  }
}
