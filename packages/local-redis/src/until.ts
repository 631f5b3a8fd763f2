import { setTimeout as sleep } from 'node:timers/promises';
import { RedisStartError } from './errors.js';

const PAUSE = 50;

/** Waits until each of the conditions is true, one after another. */
export class Until {
  readonly #deadline: number;

  /** @param about what starts, such as `The Cluster` */
  constructor(
    readonly about: string,
    readonly timeout: number,
  ) {
    this.#deadline = performance.now() + timeout;
  }

  /** @throws RedisStartError if the time is up */
  async is(isTrue: () => Promise<boolean>, missing: string): Promise<void> {
    while (!(await isTrue())) {
      if (performance.now() > this.#deadline) {
        throw new RedisStartError(this.about, `${missing} within ${this.timeout} ms`, '');
      }
      await sleep(PAUSE);
    }
  }
}
