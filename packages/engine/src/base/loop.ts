// A timer treats a longer wait as one millisecond.
const MAX_WAIT = 2 ** 31 - 1;
// The minimum between two rounds, whatever the rounds ask for and however often the loop is poked. No round is more
// urgent.
const MIN_WAIT = 2;
const AFTER_NAN = 1_000;

export interface LoopOptions {
  /**
   * One round. Resolves to the milliseconds until the next; with `Infinity` the next round starts only when poked (or
   * after 24 days). The signal aborts when the loop stops, so that a long round can end early.
   */
  readonly round: (signal: AbortSignal) => Promise<number>;
  /** Milliseconds until the next round after a round that threw. */
  readonly afterError: number;
  /** Minimum milliseconds between two rounds, however often the loop is poked; read after each round. Default 2. */
  readonly spacing?: (() => number) | undefined;
  readonly onError: (error: unknown) => void;
}

/** An actor that decides when its next round is due. */
export interface Paced {
  /** One round. Resolves to the milliseconds until the next. */
  tick(signal: AbortSignal): Promise<number>;
  /** Minimum milliseconds before the next round, however often the loop is poked. */
  readonly spacing?: number;
}

/** Runs an action repeatedly, with a pause after each run. */
export function every(
  pause: () => number,
  act: () => Promise<unknown>,
  options: Pick<LoopOptions, 'afterError' | 'onError'>,
): Loop {
  return new Loop({
    ...options,
    round: async () => {
      await act();
      return pause();
    },
  });
}

/** Runs the rounds of an actor at the actor's own pace. */
export function paced(actor: Paced, options: Pick<LoopOptions, 'afterError' | 'onError'>): Loop {
  return new Loop({
    ...options,
    round: (signal) => actor.tick(signal),
    spacing: () => actor.spacing ?? 0,
  });
}

/** Returns pauses between 75 % and 125 % of an interval, so that processes that started together drift apart. */
export function jittered(interval: number): () => number {
  return () => interval * (0.75 + Math.random() / 2);
}

/**
 * Runs rounds until it is stopped. Each round returns the time until the next; `poke` makes the next one due now. An
 * error is reported, and the loop continues. Waits are clamped, so that no round can starve the process.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #poked = false;
  #wake: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Starts the loop; the first round is due immediately. A second call does nothing. */
  start(): void {
    if (!this.#stopped) this.#running ??= this.#run();
  }

  /** Makes the next round due now; if a round is running, another one follows it. */
  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  /** Resolves when the current round, if any, has ended. Safe to call twice, or before `start`. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#running;
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
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
      return await this.#options.round(this.#stopping.signal);
    } catch (error) {
      this.#options.onError(error);
      return this.#options.afterError;
    }
  }

  /** Sleeps until the next round is due or the loop is poked, but at least for the minimum spacing. */
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

/** Returns a wait that a timer can handle. NaN is a bug elsewhere and no reason to hurry. */
function sensibleWait(milliseconds: number): number {
  if (Number.isNaN(milliseconds)) return AFTER_NAN;
  return Math.min(Math.max(milliseconds, MIN_WAIT), MAX_WAIT);
}
