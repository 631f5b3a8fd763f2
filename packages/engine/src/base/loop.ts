// What a timer can wait; it takes a longer time for one millisecond.
const LONGEST_WAIT = 2 ** 31 - 1;
// Between two rounds, whatever they ask for and however often the loop is poked: nothing here is worth more of them.
const SHORTEST_WAIT = 2;
const AFTER_NONSENSE = 1_000;

/**
 * Runs a round again and again until stopped, `wait` being how long after a round the next is due. A round that
 * throws is reported and the loop goes on. `poke` makes the next round due now. Whatever wait it is given, it leaves
 * the process time for other work.
 */
export class Loop {
  readonly #options: LoopOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  #poked = false;
  #wake: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Starts the loop; the first round is due at once. A second call does nothing. */
  start(): void {
    if (!this.#stopped) this.#running ??= this.#run();
  }

  /** Makes the next round due now, or once more if one is under way. */
  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  /** Resolves once the round in flight, if any, has ended. Safe to call twice, or before `start`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#poked = false;
      const wait = await this.#round();
      await this.#rest(wait);
    }
  }

  async #round(): Promise<number> {
    try {
      return await this.#options.round();
    } catch (error) {
      this.#options.onError(error);
      return this.#options.afterError;
    }
  }

  /** Sleeps until it is time or until poked, but in any case as long as rounds must lie apart. */
  async #rest(milliseconds: number): Promise<void> {
    const spacing = sensibleWait(this.#options.spacing?.() ?? 0);
    await this.#sleep(spacing, () => this.#stopped);
    await this.#sleep(sensibleWait(milliseconds) - spacing, () => this.#stopped || this.#poked);
  }

  async #sleep(milliseconds: number, over: () => boolean): Promise<void> {
    if (milliseconds <= 0 || over()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        if (!over()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

/** The wait as a timer can keep it. What is no number is a mistake somewhere, and no reason to hurry. */
function sensibleWait(milliseconds: number): number {
  if (Number.isNaN(milliseconds)) return AFTER_NONSENSE;
  return Math.min(Math.max(milliseconds, SHORTEST_WAIT), LONGEST_WAIT);
}

export interface LoopOptions {
  /** One round; returns the milliseconds until the next, `Infinity` for only when poked (or after 24 days). */
  readonly round: () => Promise<number>;
  /** Milliseconds until the next round after one that threw. */
  readonly afterError: number;
  /** After a round: milliseconds that must lie before the next, however often it is poked; default 0, which is 2. */
  readonly spacing?: () => number;
  readonly onError: (error: unknown) => void;
}
