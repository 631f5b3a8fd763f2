import { errorText } from '../errors/error-text.js';
import { PoolStoppingError } from '../errors/errors.js';
import type { PoolActors } from './pool-actors.js';
import type { PoolLog } from './pool-log.js';
import type { StopLog } from './stop-log.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

export interface ShutdownOptions<Context> {
  readonly poolId: string;
  readonly jobNames: readonly string[];
  readonly actors: PoolActors<Context>;
  readonly log: PoolLog;
  readonly stopLog: StopLog;
  /** Milliseconds that running jobs get to finish. */
  readonly timeout: number;
  /** The pool has fetched jobs. */
  readonly wasWorking: boolean;
  /** Resolves when the pool's start has come to its end, which it does soon. */
  readonly startEnded: Promise<void>;
}

// For handlers that obey their signal to end in good order.
const ABORT_GRACE = 500;
// For Redis to take the last fates. What it does not take stays in progress, and the heartbeat with it.
const SETTLE_PATIENCE = 5_000;
// For all that is still to be said to Redis once no job runs any more: an orchestrator does not wait for ever.
const LAST_WORDS = SETTLE_PATIENCE + 1_000;
// The same where Redis is out of reach, and no job's fate is at stake.
const COMES_BACK = 2_000;

/** The end of a pool: its jobs end or are put back, all that is in Redis, and then it is off the books. */
export class Shutdown<Context> {
  readonly #options: ShutdownOptions<Context>;

  constructor(options: ShutdownOptions<Context>) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { actors, log, stopLog, wasWorking, startEnded } = this.#options;
    stopLog.begin();
    actors.dispatcher.stopFetching();
    actors.workers.stop();
    // What a fetch that is under way still brings, too.
    const givenBack = actors.dispatcher.between(() => actors.workers.giveBack());
    await this.#endRuns();
    let others = this.#hasNothingToSay() ? this.#stopOthers() : undefined;
    const isAway = others !== undefined && !actors.connection.isUp;
    // Whoever waits for Redis then waits no longer.
    const timer = setTimeout(() => actors.close(), isAway ? COMES_BACK : LAST_WORDS);
    await givenBack;
    if (!actors.connection.isUp) others ??= this.#stopOthers(); // Redis hears no heartbeat now, either.
    const settled = await actors.dispatcher.stop(SETTLE_PATIENCE);
    await (others ?? this.#stopOthers());
    // One that is still starting may be on the books already.
    if (actors.connection.isUp) await startEnded;
    if (wasWorking || actors.connection.isUp) await this.#leave(settled);
    clearTimeout(timer);
    stopLog.end();
    log.end();
    actors.close();
    await startEnded;
  }

  /** Nothing is in progress that this pool knows of: so it needs no heartbeat any more, either. */
  #hasNothingToSay(): boolean {
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

  /** Without Redis's word that nothing is left in progress, the heartbeat stays: it ages, and a reaper comes. */
  async #leave(settled: boolean): Promise<void> {
    const { actors, poolId, jobNames } = this.#options;
    const { connection, scripts, heartbeater } = actors;
    try {
      await connection.ready(); // It may be coming back, and what a lost reply has hidden is to be put back.
      if (settled) {
        const release = scripts.running.release(poolId, jobNames);
        while (!(await connection.call(release)).isDone);
        await heartbeater.remove();
        return;
      }
      this.#tellWhatStays('Redis did not take what became of the last jobs');
    } catch (error) {
      this.#tellWhatStays(connection.isUp ? errorText(error) : 'Redis is out of reach');
    }
  }

  #tellWhatStays(reason: string): void {
    this.#options.log.warn(
      `The worker pool has stopped, but is still on the books (${reason}). Other pools take what it had in progress, in some seconds`,
    );
  }
}
