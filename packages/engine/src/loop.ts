/**
 * Runs a round again and again until stopped, `wait` being how long after a round the next is due. A round that
 * throws is reported and the loop goes on. `poke` makes the next round due now.
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
    const spacing = this.#options.spacing?.() ?? 0;
    await this.#sleep(spacing, () => this.#stopped);
    await this.#sleep(Math.max(0, milliseconds - spacing), () => this.#stopped || this.#poked);
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

export interface LoopOptions {
  /** One round; returns the milliseconds until the next. */
  readonly round: () => Promise<number>;
  /** Milliseconds until the next round after one that threw. */
  readonly afterError: number;
  /** After a round: milliseconds that must lie before the next, however often it is poked; default 0. */
  readonly spacing?: () => number;
  readonly onError: (error: unknown) => void;
}
