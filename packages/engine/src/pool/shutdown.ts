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
  /** How long running jobs may take to finish, in milliseconds. */
  readonly timeout: number;
  /** Whether the pool has fetched jobs. */
  readonly wasWorking: boolean;
  /** Resolves soon, when the pool's start has ended, successfully or not. */
  readonly startEnded: Promise<void>;
}

// All in milliseconds. The time for handlers that obey their signal to finish cleanly.
const ABORT_GRACE = 500;
// The time for Redis to record the last fates. Jobs without a recorded fate stay in progress, and the heartbeat stays, too.
const SETTLE_PATIENCE = 5_000;
// The time for all remaining writes once no job runs. An orchestrator does not wait forever.
const LAST_WRITES = SETTLE_PATIENCE + 1_000;
// The same if Redis is unreachable and no job's fate is pending.
const LAST_WRITES_WHEN_AWAY = 2_000;

/** Ends a pool: its jobs finish or are put back, Redis confirms that, and then the pool is unregistered. */
export class Shutdown<Context> {
  readonly #options: ShutdownOptions<Context>;
  readonly #stopLog: StopLog;

  constructor(options: ShutdownOptions<Context>) {
    const { actors, log, timeout } = options;
    this.#options = options;
    const running = (): string[] => actors.workers.running.map(({ jobName }) => jobName);
    this.#stopLog = new StopLog({ log, timeout, running });
  }

  /** Logs what the stop waits for, because it was requested again. */
  again(): void {
    this.#stopLog.again();
  }

  /** Notes that a running job was put back. */
  putBack(jobName: string): void {
    this.#stopLog.putBack(jobName);
  }

  async run(): Promise<void> {
    const { pool, actors, log, wasWorking, startEnded } = this.#options;
    const { connection } = pool;
    this.#stopLog.begin();
    actors.dispatcher.stopFetching();
    actors.workers.stop();
    this.#noteStopping();
    // A fetch in flight may still return jobs, which are put back as well.
    const givenBack = actors.dispatcher.between(() => actors.workers.giveBack());
    await this.#endRuns();
    let others = this.#hasNothingInProgress() ? this.#stopOthers() : undefined;
    const isAway = others !== undefined && !connection.isUp;
    // The pool waits no longer for Redis than this.
    const timer = setTimeout(() => actors.close(), isAway ? LAST_WRITES_WHEN_AWAY : LAST_WRITES);
    await givenBack;
    if (!connection.isUp) others ??= this.#stopOthers(); // No heartbeat reaches Redis now, either.
    const settled = await actors.dispatcher.stop(SETTLE_PATIENCE);
    await (others ?? this.#stopOthers());
    // A pool that is still starting may already be registered.
    if (connection.isUp) await startEnded;
    if (wasWorking || connection.isUp) await this.#leave(settled);
    clearTimeout(timer);
    this.#stopLog.end();
    log.end();
    actors.close();
    await startEnded;
  }

  /** Tells other processes that the pool fetches nothing while its last jobs run. */
  #noteStopping(): void {
    const { actors, log, wasWorking } = this.#options;
    if (!wasWorking || actors.workers.busy === 0) return;
    actors.heartbeater
      .noteStopping()
      .catch((error: unknown) => log.error('heartbeater.note_stopping', error));
  }

  /** Returns whether this pool knows of no job in progress. It then no longer needs a heartbeat. */
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
      log.warn(`Job "${name}" (${id}) did not finish in time and is put back. It will run again`);
    }
    await workers.ended(ABORT_GRACE);
  }

  /** Unregisters the pool, unless Redis has not confirmed that nothing is in progress. Then the heartbeat ages until a reaper acts. */
  async #leave(settled: boolean): Promise<void> {
    const { actors, pool } = this.#options;
    const { id, jobNames, connection, scripts } = pool;
    try {
      await connection.ready(); // Redis may be coming back, and a lost reply may have hidden jobs that must be put back.
      if (settled) {
        const release = scripts.running.release(id, jobNames);
        while (!(await connection.call(release)).isDone);
        await actors.heartbeater.remove();
        return;
      }
      this.#warnThatHeartbeatStays('Redis did not confirm the fates of the last jobs');
    } catch (error) {
      this.#warnThatHeartbeatStays(connection.isUp ? errorText(error) : 'Redis is out of reach');
    }
  }

  #warnThatHeartbeatStays(reason: string): void {
    this.#options.log.warn(
      `The worker pool has stopped, but its heartbeat is still in Redis (${reason}). Within seconds, other pools take over the jobs that it had in progress`,
    );
  }
}
