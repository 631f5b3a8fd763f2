import { errorText } from '../errors/error-text.js';
import { PoolStoppingError } from '../errors/errors.js';
import type { PoolActors } from './pool-actors.js';
import type { PoolContext } from './pool-context.js';
import type { PoolLog } from './pool-log.js';
import { StopLog } from './stop-log.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

export interface ShutdownOptions<Context> {
  readonly pool: Pick<PoolContext, 'id' | 'jobNames' | 'connection' | 'scripts'>;
  readonly actors: PoolActors<Context>;
  readonly log: PoolLog;
  /** Milliseconds that running jobs get to finish. */
  readonly timeout: number;
  /** The pool has fetched jobs. */
  readonly wasWorking: boolean;
  /** Resolves soon: when the pool's start has ended, one way or the other. */
  readonly startEnded: Promise<void>;
}

// All in milliseconds. For handlers that obey their signal to end in good order.
const ABORT_GRACE = 500;
// For Redis to take the last fates. Jobs whose fate it does not take stay in progress, and the heartbeat stays, too.
const SETTLE_PATIENCE = 5_000;
// For everything that is left to write once no job runs any more: an orchestrator does not wait for ever.
const LAST_WRITES = SETTLE_PATIENCE + 1_000;
// The same where Redis is out of reach, and no job's fate is at stake.
const LAST_WRITES_WHEN_AWAY = 2_000;

/** The end of a pool: its jobs end or are put back, Redis has all of it, and then the pool is unregistered. */
export class Shutdown<Context> {
  readonly #options: ShutdownOptions<Context>;
  readonly #stopLog: StopLog;

  constructor(options: ShutdownOptions<Context>) {
    const { actors, log, timeout } = options;
    this.#options = options;
    const running = (): string[] => actors.workers.running.map(({ jobName }) => jobName);
    this.#stopLog = new StopLog({ log, timeout, running });
  }

  /** Somebody asks for the stop again: the log says what it waits for. */
  again(): void {
    this.#stopLog.again();
  }

  /** A job that was running was put back. */
  putBack(jobName: string): void {
    this.#stopLog.putBack(jobName);
  }

  async run(): Promise<void> {
    const { pool, actors, log, wasWorking, startEnded } = this.#options;
    const { connection } = pool;
    this.#stopLog.begin();
    actors.dispatcher.stopFetching();
    actors.workers.stop();
    // A fetch that is under way may still bring jobs: those, too.
    const givenBack = actors.dispatcher.between(() => actors.workers.giveBack());
    await this.#endRuns();
    let others = this.#hasNothingInProgress() ? this.#stopOthers() : undefined;
    const isAway = others !== undefined && !connection.isUp;
    // Nobody waits for Redis any longer than that.
    const timer = setTimeout(() => actors.close(), isAway ? LAST_WRITES_WHEN_AWAY : LAST_WRITES);
    await givenBack;
    if (!connection.isUp) others ??= this.#stopOthers(); // Redis hears no heartbeat now, either.
    const settled = await actors.dispatcher.stop(SETTLE_PATIENCE);
    await (others ?? this.#stopOthers());
    // A pool that is still starting may be registered already.
    if (connection.isUp) await startEnded;
    if (wasWorking || connection.isUp) await this.#leave(settled);
    clearTimeout(timer);
    this.#stopLog.end();
    log.end();
    actors.close();
    await startEnded;
  }

  /** As far as this pool knows, it has nothing in progress, and so it needs no heartbeat any more, either. */
  #hasNothingInProgress(): boolean {
    const { workers, dispatcher } = this.#options.actors;
    return workers.prefetched.length === 0 && dispatcher.unsettled.length === 0;
  }

  async #stopOthers(): Promise<void> {
    const { actors, log } = this.#options;
    await actors.stop().catch((error: unknown) => log.error('worker_pool.stop', error));
  }

  async #endRuns(): Promise<void> {
    const { actors, log, timeout } = this.#options;
    const { workers } = actors;
    if (await workers.ended(timeout)) return;
    const reason = new PoolStoppingError();
    workers.interrupt(() => reason);
    if (await workers.ended(ABORT_GRACE)) return;
    for (const { name, id } of workers.abandon()) {
      log.warn(`Job "${name}" (${id}) did not end in time and is put back; it will run again`);
    }
    await workers.ended(ABORT_GRACE);
  }

  /** Unless Redis has confirmed that nothing is left in progress, the heartbeat stays: it ages, and a reaper comes. */
  async #leave(settled: boolean): Promise<void> {
    const { actors, pool } = this.#options;
    const { id, jobNames, connection, scripts } = pool;
    try {
      await connection.ready(); // It may be coming back, and a lost reply may have hidden jobs that are to be put back.
      if (settled) {
        const release = scripts.running.release(id, jobNames);
        while (!(await connection.call(release)).isDone);
        await actors.heartbeater.remove();
        return;
      }
      this.#warnThatHeartbeatStays('Redis did not take the fates of the last jobs');
    } catch (error) {
      this.#warnThatHeartbeatStays(connection.isUp ? errorText(error) : 'Redis is out of reach');
    }
  }

  #warnThatHeartbeatStays(reason: string): void {
    this.#options.log.warn(
      `The worker pool has stopped, but its heartbeat is still in Redis (${reason}). Other pools take the jobs that it had in progress, in some seconds`,
    );
  }
}
