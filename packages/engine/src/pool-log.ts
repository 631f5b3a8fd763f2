import { ClosedError } from './errors.js';
import { errorText } from './error-text.js';
import type { FinishedJob } from './finished-job.js';
import { safeLogger, type Logger, type LoggerLike } from './logger.js';
import { OutageLog } from './outage-log.js';
import { redisFault } from './redis/redis-fault.js';

// One line a second for each place is enough to see that it keeps failing; and while it fails for one reason, one
// now and then.
const QUIET = 1_000;
const QUIET_IF_SAME = 30_000;

/** What a pool writes to its logger: every fault with the place it came from, but no flood. */
export class PoolLog {
  readonly #logger: Logger;
  readonly #outages: OutageLog;
  readonly #last = new Map<string, { readonly at: number; readonly text: string }>();

  /** @throws InvalidOptionError for a logger that cannot write */
  constructor(logger: LoggerLike) {
    this.#logger = safeLogger(logger);
    this.#outages = new OutageLog(this.#logger);
  }

  /**
   * The pool's own work at a place, such as `dispatcher.dispatch`, has failed, and goes on. What comes of a lost
   * connection is told once, by `down`.
   */
  error(where: string, error: unknown): void {
    const write = (): void => this.#write(where, error, QUIET_IF_SAME);
    const kind = kindOf(error);
    if (kind === 'lost') this.#outages.unless(where, write);
    else if (kind === 'other') write();
  }

  /** Code that the pool was given, such as a listener, has thrown: whatever it speaks of, it is told. */
  thrown(where: string, error: unknown): void {
    this.#write(where, error, QUIET);
  }

  /** A job's run has ended; success is no news. */
  settled({ jobName, entry, fate, error }: FinishedJob, owned: boolean): void {
    if (owned && fate.kind === 'done') return;
    const job = `Job "${jobName}"${entry ? ` (${entry.id})` : ''}`;
    if (!owned) {
      this.#logger.warn(`${job} was taken over by another pool while it ran here`);
    } else if (fate.kind === 'cancelled') {
      this.#logger.log(`${job} was cancelled`);
    } else if (fate.kind === 'retry') {
      const { fails, error: reason } = fate.failure;
      this.#logger.warn(`${job} failed (${fails}), runs again in ${fate.delay} s: ${reason}`);
    } else if (fate.kind === 'dead' || fate.kind === 'dropped') {
      const { fails, error: reason } = fate.failure;
      this.#logger.error(`${job} failed (${fails}) and is ${fate.kind}: ${reason}`, stackOf(error));
    }
  }

  info(message: string): void {
    this.#logger.log(message);
  }

  warn(message: string): void {
    this.#logger.warn(message);
  }

  /** Redis is out of reach; told until `up`, anew only for another reason. */
  down(reason: Error | undefined): void {
    this.#outages.down(reason);
  }

  /** Redis is back. */
  up(): void {
    this.#outages.up();
  }

  /** The pool has stopped: how its connection ends is no news. */
  end(): void {
    this.#outages.end();
  }

  #write(where: string, error: unknown, quietIfSame: number): void {
    const [now, text] = [performance.now(), errorText(error)];
    const last = this.#last.get(where);
    const quiet = last?.text === text ? quietIfSame : QUIET;
    if (last && now - last.at < quiet) return;
    this.#last.set(where, { at: now, text });
    this.#logger.error(`${where}: ${text}`, stackOf(error));
  }
}

/** `closed`: the pool has closed the connection itself. */
function kindOf(error: unknown): 'closed' | 'lost' | 'other' {
  try {
    if (error instanceof ClosedError) return 'closed';
    const { code, remedy } = redisFault(error);
    return code === 'CONNECTION' || remedy === 'reconnect' ? 'lost' : 'other';
  } catch {
    return 'other'; // It cannot even be looked at.
  }
}

function stackOf(error: unknown): string | undefined {
  try {
    const stack: unknown = (error as Error | undefined | null)?.stack;
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    return undefined;
  }
}
