import { clearInterval, setInterval } from '../base/timers.js';
import { localStalls, type LocalLimits, type LocalSigns } from './local-stalls.js';
import { stallName, type Stall, type StallListener } from './stall.js';

export interface LocalWatchOptions {
  readonly limits: LocalLimits;
  /** Returns the pool's own figures. */
  readonly signs: () => LocalSigns;
  /** Milliseconds since the epoch, for times that are shown. */
  readonly now: () => number;
  readonly listener: StallListener;
}

// In milliseconds. A look costs nothing, so a stall is noticed soon after its limit.
const MAX_PAUSE = 1_000;

/**
 * Watches this pool's own figures, without a command: what Redis does not answer cannot be learned from Redis. It
 * therefore also works while Redis is out of reach, and before the pool has ever reached it.
 */
export class LocalWatch {
  readonly #options: LocalWatchOptions;
  #stalls: ReadonlyMap<string, Stall> = new Map();
  /** The names of what seemed to stall at the last look. */
  #suspected: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LocalWatchOptions) {
    this.#options = options;
  }

  /** What stalls now. */
  get stalls(): readonly Stall[] {
    return [...this.#stalls.values()];
  }

  /** Looks regularly. Does nothing if no limit is watched. */
  start(): void {
    const limits = Object.values(this.#options.limits).filter((limit) => limit !== undefined);
    if (limits.length === 0) return;
    const pause = Math.min(MAX_PAUSE, ...limits.map((limit) => limit / 4));
    this.#timer = setInterval(() => this.look(), pause).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * Looks once, and tells what has begun or ended. A stall counts from the second look in a row: after the event loop was
   * blocked, replies that have arrived are not read yet.
   */
  look(): void {
    const { limits, signs, now, listener } = this.#options;
    const before = this.#stalls;
    const current = localStalls(signs(), limits, now()).map(
      (stall) => [stallName(stall), stall] as const,
    );
    this.#stalls = new Map(
      current
        .filter(([name]) => this.#suspected.has(name))
        .map(([name, stall]) => [name, before.get(name) ?? stall]),
    );
    this.#suspected = new Set(current.map(([name]) => name));
    for (const [name, stall] of this.#stalls) if (!before.has(name)) listener.stalled(stall);
    for (const [name, stall] of before) {
      if (!this.#stalls.has(name)) {
        listener.recovered({ ...stall, recoveredAt: new Date(now()) });
      }
    }
  }
}
