import { ClosedError } from '../errors/errors.js';
import { backtraceText, errorLine, errorStack, oneLine } from '../errors/error-text.js';
import { FailureKinds } from '../logging/failure-kinds.js';
import type { Fate } from '../run/fate.js';
import { FATES } from '../run/fate-table.js';
import type { FinishedJob } from '../run/finished-job.js';
import { safeLogger, type Logger, type LoggerLike } from '../logging/logger.js';
import { OutageLog } from '../redis/outage-log.js';
import { redisFault } from '../redis/redis-fault.js';

// One line a second for each place is enough to see that it keeps failing; and while it fails for one reason, one
// now and then.
const QUIET = 1_000;
const QUIET_IF_SAME = 30_000;

/** What a pool writes to its logger: every fault with the place it came from, but no flood. */
export class PoolLog {
  readonly #logger: Logger;
  readonly #outages: OutageLog;
  readonly #failures = new FailureKinds();
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

  /** A job's run has ended. The table of fates says which ones are worth a line. */
  settled({ jobName, entry, fate, error }: FinishedJob, owned: boolean): void {
    const level = FATES[fate.kind].logLevel;
    if (owned && level === undefined) return;
    const job = `Job "${jobName}"${entry ? ` (${entry.id})` : ''}`;
    if (!owned) {
      this.#logger.warn(`${job} was taken over by another pool while it ran here`);
      return;
    }
    const line = `${job} ${endOf(fate)}`;
    if (level === 'error') this.#logger.error(line, errorStack(error));
    else if (level === 'log') this.#logger.log(line);
    else this.#logger.warn(this.#isNews(jobName, fate) ? withBacktrace(line, error) : line);
  }

  /** No failure like it was logged lately: without this its stack would not show before the job is dead. */
  #isNews(jobName: string, fate: Fate): boolean {
    return (
      'failure' in fate && this.#failures.isNews(jobName, fate.failure.error, performance.now())
    );
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
    const [now, text] = [performance.now(), errorLine(error)];
    const last = this.#last.get(where);
    const quiet = last?.text === text ? quietIfSame : QUIET;
    if (last && now - last.at < quiet) return;
    this.#last.set(where, { at: now, text });
    this.#logger.error(`${where}: ${text}`, errorStack(error));
  }
}

/** How a job ended, for the end of a sentence. */
function endOf(fate: Fate): string {
  if (!('failure' in fate)) return `was ${fate.kind}`;
  const { fails, error } = fate.failure;
  const next = fate.kind === 'retry' ? `, runs again in ${fate.delay} s` : ` and is ${fate.kind}`;
  return `failed (${fails})${next}: ${oneLine(error)}`;
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

/** In one text: loggers take what follows a warning for something else. */
function withBacktrace(line: string, error: unknown): string {
  const backtrace = backtraceText(error);
  return backtrace === undefined ? line : `${line}\n${backtrace}`;
}
