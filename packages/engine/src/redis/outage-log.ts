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
  #lastLine = '';
  #loggedAt = -Infinity;
  #changedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #logsAt = Infinity;
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
    this.#logIn(this.#reason === undefined ? REASON_COMES : 0);
  }

  up(): void {
    this.#isDown = false;
    this.#changedAt = performance.now();
    this.#logIn(STAYS_UP);
  }

  /** Calls `report` after a while, unless a lost connection explains the failed command. */
  unless(where: string, report: () => void): void {
    if (this.#isDown || this.#changedLately() || this.#pending.has(where)) return;
    const timer = setTimeout(() => {
      this.#pending.delete(where);
      if (!this.#isDown && !this.#changedLately()) report();
    }, DOWN_COMES);
    timer.unref();
    this.#pending.set(where, timer);
  }

  /** Stops logging. */
  end(): void {
    clearTimeout(this.#timer);
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#logsAt = -Infinity;
  }

  #changedLately(): boolean {
    return performance.now() - this.#changedAt < DOWN_COMES + QUIET;
  }

  #logIn(milliseconds: number): void {
    const now = performance.now();
    const at = Math.max(now + milliseconds, this.#loggedAt + QUIET);
    if (at >= this.#logsAt) return;
    clearTimeout(this.#timer);
    this.#logsAt = at;
    if (at <= now) this.#log();
    else this.#timer = setTimeout(() => this.#log(), at - now).unref();
  }

  #log(): void {
    this.#logsAt = Infinity;
    if (this.#isDown) this.#logDown();
    else this.#logUp();
    this.#wasDown = this.#isDown;
  }

  #logDown(): void {
    const line = downText(this.#reason);
    if (line === this.#lastLine) return;
    this.#note(line);
    this.#logger.warn(line);
  }

  #logUp(): void {
    this.#reason = undefined;
    if (this.#lastLine === '' && !this.#wasDown) return;
    const line =
      this.#lastLine === ''
        ? 'The connection to Redis was lost and is back; the worker pool continues'
        : 'Redis is back; the worker pool continues';
    this.#note('');
    this.#logger.log(line);
  }

  #note(line: string): void {
    this.#lastLine = line;
    this.#loggedAt = performance.now();
  }
}

function downText(reason: Error | undefined): string {
  const what = refuses(reason) ? 'Redis refuses the connection' : 'Redis is out of reach';
  const why = reason === undefined ? '' : ` (${errorLine(reason).replace(/\.$/, '')})`;
  return `${what}${why}; the worker pool keeps trying. ${redisAdvice(reason)}`.replace(/\. $/, '');
}
