import { errorLine } from '../errors/error-text.js';
import type { Logger } from '../logging/logger.js';
import { redisAdvice, refuses } from './redis-problem.js';

// Between two lines: a connection that comes and goes many times a second fills no log.
const QUIET = 1_000;
// A connection that is lost tells no reason. The first attempt to make it anew does, as a rule within this time.
const REASON_COMES = 300;
// A server may take connections and refuse all work. Then what is up is down again before it is told.
const STAYS_UP = 1_000;
// A command that failed is told by `down`, before or after it, if the connection was lost with it.
const DOWN_COMES = 2_000;

/**
 * Tells of lost connections to Redis: once when it is gone, with the reason, anew when the reason changes, and when it
 * is back. At most one line a second; the last of them is always what is so.
 */
export class OutageLog {
  readonly #logger: Logger;
  #isDown = false;
  #reason: Error | undefined;
  /** It was down since the last line, whatever it is now. */
  #wasDown = false;
  /** What was told last; empty for that all is well. */
  #told = '';
  #toldAt = -Infinity;
  #changedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #tellsAt = Infinity;
  readonly #pending = new Map<string, NodeJS.Timeout>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** The connection is lost, or could not be made; for this reason if it is known. */
  down(reason: Error | undefined): void {
    this.#isDown = true;
    this.#wasDown = true;
    this.#changedAt = performance.now();
    this.#reason = reason ?? this.#reason;
    this.#tellIn(this.#reason === undefined ? REASON_COMES : 0);
  }

  up(): void {
    this.#isDown = false;
    this.#changedAt = performance.now();
    this.#tellIn(STAYS_UP);
  }

  /** A command has failed as if the connection was lost. If it was not, `tell` is called, in a while. */
  unless(where: string, tell: () => void): void {
    if (this.#isDown || this.#changedLately() || this.#pending.has(where)) return;
    const timer = setTimeout(() => {
      this.#pending.delete(where);
      if (!this.#isDown && !this.#changedLately()) tell();
    }, DOWN_COMES);
    timer.unref();
    this.#pending.set(where, timer);
  }

  /** Tells no more. */
  end(): void {
    clearTimeout(this.#timer);
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#tellsAt = -Infinity;
  }

  #changedLately(): boolean {
    return performance.now() - this.#changedAt < DOWN_COMES + QUIET;
  }

  #tellIn(milliseconds: number): void {
    const now = performance.now();
    const at = Math.max(now + milliseconds, this.#toldAt + QUIET);
    if (at >= this.#tellsAt) return;
    clearTimeout(this.#timer);
    this.#tellsAt = at;
    if (at <= now) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), at - now).unref();
  }

  #tell(): void {
    this.#tellsAt = Infinity;
    if (this.#isDown) this.#tellDown();
    else this.#tellUp();
    this.#wasDown = this.#isDown;
  }

  #tellDown(): void {
    const line = downText(this.#reason);
    if (line === this.#told) return;
    this.#note(line);
    this.#logger.warn(line);
  }

  #tellUp(): void {
    this.#reason = undefined;
    if (this.#told === '' && !this.#wasDown) return;
    const line =
      this.#told === ''
        ? 'The connection to Redis was lost and is back; the worker pool goes on'
        : 'Redis is back; the worker pool goes on';
    this.#note('');
    this.#logger.log(line);
  }

  #note(told: string): void {
    this.#told = told;
    this.#toldAt = performance.now();
  }
}

function downText(reason: Error | undefined): string {
  const what = refuses(reason) ? 'Redis refuses the connection' : 'Redis is out of reach';
  const why = reason === undefined ? '' : ` (${errorLine(reason).replace(/\.$/, '')})`;
  return `${what}${why}; the worker pool goes on trying. ${redisAdvice(reason)}`.replace(
    /\. $/,
    '',
  );
}
