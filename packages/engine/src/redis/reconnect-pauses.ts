import { performance } from '../base/timers.js';

const FIRST = 25;
const MAX = 2_000;
// After this long without a forced reconnect, the next one counts as the first again.
const CALM = 10_000;

/** The pauses between attempts to connect, in milliseconds. They grow, up to two seconds, and are jittered. */
export class ReconnectPauses {
  /** The number of recent forced reconnects of an established connection, and the time of the last one. */
  #givenUp = 0;
  #givenUpAt = -Infinity;

  /** Notes that an established connection was given up: such connections may fail again at once. */
  noteGivingUp(): void {
    this.#givenUp = this.#isCalm() ? 1 : this.#givenUp + 1;
    this.#givenUpAt = performance.now();
  }

  /** Returns the pause before an attempt. @param attempt counts from 1 since the last connection */
  before(attempt: number): number {
    const tries = this.#isCalm() ? attempt : attempt + this.#givenUp;
    return Math.min(2 ** tries * FIRST, MAX) * (0.5 + Math.random() / 2);
  }

  #isCalm(): boolean {
    return performance.now() - this.#givenUpAt > CALM;
  }
}
