import { errorLine } from '../errors/error-text.js';
import type { Logger } from '../logging/logger.js';
import { redisAdvice, refuses } from './redis-problem.js';

// The minimum between two lines, so that a flapping connection does not flood the log.
const QUIET = 1_000;
// A lost connection carries no reason. The first attempt to reconnect does, usually within this time.
const REASON_COMES = 300;
// A server may accept connections and reject all commands. Such a connection is down again before `up` is logged.
const STAYS_UP = 1_000;
// If the connection was lost with a failed command, `down` reports it, before or after the command fails.
const DOWN_COMES = 2_000;

/**
 * Logs outages of Redis: once when the connection is lost, with the reason; again when the reason changes; and when it
 * is back. Writes at most one line a second; the last line always describes the current state.
 */
export class OutageLog {
  readonly #logger: Logger;
  #isDown = false;
  #reason: Error | undefined;
  /** Whether the connection was down at any time since the last line. */
  #wasDown = false;
  /** The last line logged for an outage; empty once all is well. */
  #told = '';
  #toldAt = -Infinity;
  #changedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #tellsAt = Infinity;
  readonly #pending = new Map<string, NodeJS.Timeout>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Reports that the connection was lost, or could not be made, and the reason if known. */
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

  /** Calls `tell` after a while, unless a lost connection explains the failed command. */
  unless(where: string, tell: () => void): void {
    if (this.#isDown || this.#changedLately() || this.#pending.has(where)) return;
    const timer = setTimeout(() => {
      this.#pending.delete(where);
      if (!this.#isDown && !this.#changedLately()) tell();
    }, DOWN_COMES);
    timer.unref();
    this.#pending.set(where, timer);
  }

  /** Stops logging. */
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
        ? 'The connection to Redis was lost and is back; the worker pool continues'
        : 'Redis is back; the worker pool continues';
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
  return `${what}${why}; the worker pool keeps trying. ${redisAdvice(reason)}`.replace(/\. $/, '');
}
