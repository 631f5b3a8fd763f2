// A timer takes a longer wait for one of a millisecond.
const MAX_WAIT = 2 ** 31 - 1;
// Between two rounds, however soon they ask for the next and however often the loop is poked. No round is more urgent.
const MIN_WAIT = 2;
const AFTER_NONSENSE = 1_000;

export interface LoopOptions {
  /**
   * One round. Resolves to the milliseconds until the next; `Infinity`: only when poked (or after 24 days). The signal
   * aborts when the loop stops, so that a long round can end early.
   */
  readonly round: (signal: AbortSignal) => Promise<number>;
  /** Milliseconds until the next round after one that threw. */
  readonly afterError: number;
  /** Milliseconds that must lie between two rounds, however often the loop is poked; asked after each. Default 2. */
  readonly spacing?: (() => number) | undefined;
  readonly onError: (error: unknown) => void;
}

/** An actor that says itself when its next round is due. */
export interface Paced {
  /** One round. Resolves to the milliseconds until the next. */
  tick(signal: AbortSignal): Promise<number>;
  /** Milliseconds that must lie before the next round, however often the loop is poked. */
  readonly spacing?: number;
}

/** Runs an act again and again, with a pause after each. */
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

/** Runs the rounds of an actor at the pace that it sets itself. */
export function paced(actor: Paced, options: Pick<LoopOptions, 'afterError' | 'onError'>): Loop {
  return new Loop({
    ...options,
    round: (signal) => actor.tick(signal),
    spacing: () => actor.spacing ?? 0,
  });
}

/** Pauses from three to five quarters of an interval: processes that started together do not stay in step. */
export function jittered(interval: number): () => number {
  return () => interval * (0.75 + Math.random() / 2);
}

/**
 * Runs a round again and again until it is stopped. A round says how long after it the next is due; `poke` makes the next
 * one due now. A round that throws is reported, and the loop goes on. Whatever waits the rounds ask for, the process keeps
 * time for other work.
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

/** The wait as a timer can keep it. NaN is a mistake somewhere, and no reason to hurry. */
function sensibleWait(milliseconds: number): number {
  if (Number.isNaN(milliseconds)) return AFTER_NONSENSE;
  return Math.min(Math.max(milliseconds, MIN_WAIT), MAX_WAIT);
}
