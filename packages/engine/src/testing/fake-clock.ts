import type { Clock } from '../base/clock.js';

/** A clock that stands still until it is set. Scripts use its time, too. */
export class FakeClock implements Clock {
  #milliseconds: number;

  /** @param seconds since the epoch */
  constructor(seconds = 1_700_000_000) {
    this.#milliseconds = seconds * 1000;
  }

  now(): number {
    return this.#milliseconds;
  }

  scriptTime(): number {
    return this.#milliseconds;
  }

  advance(seconds: number): void {
    this.#milliseconds += seconds * 1000;
  }
}
