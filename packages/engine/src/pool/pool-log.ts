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

// In milliseconds. For each place, one line a second is enough to see that it keeps failing, and fewer while the reason
// stays the same.
const QUIET = 1_000;
const QUIET_IF_SAME = 30_000;

/** Writes to a pool's logger. Logs each fault with the place where it occurred, at a limited rate. */
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
   * Logs a failure of the pool's own work at a place, such as `dispatcher.dispatch`. The work goes on. Errors of a lost
   * connection are not logged here, because `down` reports the loss once.
   */
  error(where: string, error: unknown): void {
    const write = (): void => this.#write(where, error, QUIET_IF_SAME);
    const kind = kindOf(error);
    if (kind === 'lost') this.#outages.unless(where, write);
    else if (kind === 'other') write();
  }

  /** Logs an error that user code, such as a listener, has thrown. It is logged whatever its kind. */
  thrown(where: string, error: unknown): void {
    this.#write(where, error, QUIET);
  }

  /** Logs the end of a job's run if the table of fates gives its fate a level. */
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

  /** Returns whether no such failure was logged lately. If so, its stack is logged even though the job is not dead. */
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

  /** Reports that this pool has taken over the jobs of a dead pool. */
  reaped({ poolId, requeued, dead }: ReapedPool): void {
    this.warn(
      `Worker pool ${poolId} is dead. Of its jobs, ${counted(requeued, 'runs', 'run')} again and ${counted(dead, 'is', 'are')} dead`,
    );
  }

  /** Reports that jobs which a Go pool had declared dead are back in their queues. */
  rescued(count: number): void {
    this.warn(
      `Moved ${counted(count, 'job')} that a Go pool had declared dead back to their queues`,
    );
  }

  /** Reports that this pool has replaced the limit of a name. */
  limitChanged(jobName: string, before: number, now: number): void {
    this.warn(`maxConcurrency of "${jobName}" was ${before}; this pool has set it to ${now}`);
  }

  /** Reports that Redis had lost the pool's registration, or its job names. */
  restored(): void {
    this.warn(
      'The registration of this pool or of its job names was missing in Redis. Redis has lost data, or another pool took this one for dead. The pool has registered again',
    );
  }

  /** Reports that orphans were put back. */
  orphaned(count: number): void {
    this.warn(`Put back ${counted(count, 'job')} in progress that no worker ran, to run again`);
  }

  /** Reports that Redis is unreachable. Until `up`, only another reason is logged again. */
  down(reason: Error | undefined): void {
    this.#outages.down(reason);
  }

  /** Reports that Redis is reachable again. */
  up(): void {
    this.#outages.up();
  }

  /** Stops logging the end of connections, because the pool has stopped. */
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

/** Describes how a job ended, for the end of a sentence. */
function endOf(fate: Fate): string {
  if (!('failure' in fate)) return `was ${fate.kind}`;
  const { fails, error } = fate.failure;
  const next =
    fate.kind === 'retry' ? `, runs again in ${fate.delay / 1000} s` : ` and is ${fate.kind}`;
  return `failed (${fails})${next}: ${oneLine(error)}`;
}

/** Classifies an error. `closed`: the pool itself has closed the connection. */
function kindOf(error: unknown): 'closed' | 'lost' | 'other' {
  try {
    if (error instanceof ClosedError) return 'closed';
    const { code, remedy } = redisFault(error);
    return code === 'CONNECTION' || remedy === 'reconnect' ? 'lost' : 'other';
  } catch {
    return 'other'; // The error cannot be read.
  }
}

/** Joins the line and the backtrace, because loggers interpret the second argument of a warning differently. */
function withBacktrace(line: string, error: unknown): string {
  const backtrace = backtraceText(error);
  return backtrace === undefined ? line : `${line}\n${backtrace}`;
}
