import { ClosedError } from '../errors/errors.js';
import { backtraceText, errorLine, errorStack, oneLine } from '../errors/error-text.js';
import { counted } from '../base/counted.js';
import { FailureKinds } from '../logging/failure-kinds.js';
import type { Fate } from '../run/fate.js';
import { FATES } from '../run/fate-table.js';
import type { ReapedPool } from '../maintenance/dead-pool-reaper.js';
import type { FinishedJob } from '../run/finished-job.js';
import { safeLogger, type Logger, type LoggerLike } from '../logging/logger.js';
import { OutageLog } from '../redis/outage-log.js';
import { redisFault } from '../redis/redis-fault.js';

// In milliseconds. One line a second for each place is enough to see that it keeps failing, and one now and then while it
// fails for the same reason.
const QUIET = 1_000;
const QUIET_IF_SAME = 30_000;

/** Writes to a pool's logger: every fault with the place where it occurred, but no flood of them. */
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
   * The pool's own work at a place, such as `dispatcher.dispatch`, has failed, and goes on. The errors of a lost
   * connection are not logged here: `down` reports it once.
   */
  error(where: string, error: unknown): void {
    const write = (): void => this.#write(where, error, QUIET_IF_SAME);
    const kind = kindOf(error);
    if (kind === 'lost') this.#outages.unless(where, write);
    else if (kind === 'other') write();
  }

  /** Code that the pool was given, such as a listener, has thrown. That is always logged, whatever the error says. */
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

  /** Whether no such failure was logged lately. Its stack is then logged, and not only when the job is dead. */
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

  /** Another pool has died, and this one has taken its jobs. */
  reaped({ poolId, requeued, dead }: ReapedPool): void {
    this.warn(
      `Worker pool ${poolId} is dead; of its jobs ${counted(requeued, 'runs', 'run')} again and ${counted(dead, 'is', 'are')} dead`,
    );
  }

  /** Jobs were brought back that a Go pool had declared dead. */
  rescued(count: number): void {
    this.warn(
      `Back in their queues, where a Go pool had declared them dead: ${counted(count, 'job')}`,
    );
  }

  /** The limit of a name was another before. */
  limitChanged(jobName: string, before: number, now: number): void {
    this.warn(`maxConcurrency of "${jobName}" was ${before}; this pool has set it to ${now}`);
  }

  /** Redis had forgotten the pool, or its jobs. */
  restored(): void {
    this.warn(
      'Redis did not know this pool, or its jobs, any more: it has lost data, or took the pool for dead. They are registered again',
    );
  }

  /** Jobs were in progress that no worker knew of. */
  orphaned(count: number): void {
    this.warn(`In progress, but known to no worker, and to run again: ${counted(count, 'job')}`);
  }

  /** Redis is out of reach. Until `up` it is logged again only for another reason. */
  down(reason: Error | undefined): void {
    this.#outages.down(reason);
  }

  /** Redis is back. */
  up(): void {
    this.#outages.up();
  }

  /** The pool has stopped: the end of its connection is not logged. */
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
  const next =
    fate.kind === 'retry' ? `, runs again in ${fate.delay / 1000} s` : ` and is ${fate.kind}`;
  return `failed (${fails})${next}: ${oneLine(error)}`;
}

/** `closed`: the pool has closed the connection itself. */
function kindOf(error: unknown): 'closed' | 'lost' | 'other' {
  try {
    if (error instanceof ClosedError) return 'closed';
    const { code, remedy } = redisFault(error);
    return code === 'CONNECTION' || remedy === 'reconnect' ? 'lost' : 'other';
  } catch {
    return 'other'; // It cannot even be read.
  }
}

/** In one text: loggers take the second argument of a warning for something else. */
function withBacktrace(line: string, error: unknown): string {
  const backtrace = backtraceText(error);
  return backtrace === undefined ? line : `${line}\n${backtrace}`;
}
