import { envelope, parseEntry, rewriteEntry, type JobEntry } from './job-entry.js';
import { Loop } from './loop.js';
import { firingOf } from './periodic-job.js';
import type { RedisConnection } from './redis/redis-connection.js';
import { textOf, type Raw } from './redis/raw.js';
import type { Requeueing, Scripts } from './redis/scripts.js';

export interface RequeuerOptions {
  /** The jobs that it moves: failed ones that wait for their retry, or scheduled ones. */
  readonly set: 'retry' | 'scheduled';
  readonly connection: RedisConnection;
  readonly scripts: Scripts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the waker hears of changes to the set. */
  readonly isWatching: () => boolean;
  readonly onError: (error: unknown) => void;
}

/** What a round has moved. */
export interface Moved {
  readonly requeued: number;
  readonly dead: number;
  /** Firings of schedules that were moved before, or that would overlap. */
  readonly dropped: number;
}

// gocraft/work's tick; with the waker it is only what happens when nobody wakes us.
const TICK = 1_000;
const SAFETY_POLL = 15_000;
// Changes come in swarms when jobs fail in swarms, and run times are whole seconds.
const SPACING = 100;
const BATCH = 500;
// The words of gocraft/work, by which its tools know such jobs.
export const UNKNOWN_JOB = 'unknown job when requeueing';

/**
 * Moves due jobs to their queues. It reads the due entries, rewrites them here, where numbers keep their digits, and
 * then has each moved only if it is still there. So any number of requeuers, Go's among them, move a job once.
 */
export class Requeuer {
  readonly #options: RequeuerOptions;
  readonly #loop: Loop;
  #stopping = false;

  constructor(options: RequeuerOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: () => this.#round(),
      afterError: TICK,
      spacing: SPACING,
      onError: options.onError,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** The set has changed: look again. */
  wake(): void {
    this.#loop.poke();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#loop.stop();
  }

  /** One round: moves all jobs that are due. Returns how many, and the milliseconds until the next one is due. */
  async requeueDue(): Promise<Moved & { readonly nextIn: number | undefined }> {
    const { connection, scripts, set, isWatching } = this.#options;
    await connection.ready();
    let [requeued, dead, dropped] = [0, 0, 0];
    for (;;) {
      const due = await connection.call(scripts.due(set, BATCH, isWatching()));
      if (due.entries.length === 0 || this.#stopping) {
        return { requeued, dead, dropped, nextIn: due.nextIn };
      }
      const moved = await connection.call(
        scripts.requeue(
          set,
          due.entries.map((raw) => this.#requeueing(raw)),
        ),
      );
      requeued += moved.requeued;
      dead += moved.dead;
      dropped += moved.dropped;
    }
  }

  async #round(): Promise<number> {
    const { nextIn = Infinity } = await this.requeueDue();
    return Math.min(nextIn, this.#options.isWatching() ? SAFETY_POLL : TICK);
  }

  #requeueing(raw: Raw): Requeueing {
    const now = Math.floor(this.#options.now() / 1000);
    let job: JobEntry;
    try {
      job = parseEntry(raw);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const deadEntry = envelope(raw, { jobName: nameIn(raw), reason, now });
      return { raw, jobName: undefined, entry: '', deadEntry };
    }
    const firing = this.#options.set === 'scheduled' ? firingOf(job.id) : undefined;
    // A firing of a schedule that does not overlap claims its place now, and holds it until it is done.
    const claims = firing !== undefined && job.unique && job.claim === undefined;
    return {
      raw,
      jobName: job.name,
      firing,
      claim: claims ? { uniqueKey: job.uniqueKey, id: job.id } : undefined,
      entry: rewriteEntry(raw, { enqueuedAt: now, claim: claims ? 'held' : undefined }),
      deadEntry: rewriteEntry(raw, {
        failure: { fails: job.fails, error: UNKNOWN_JOB, at: now },
      }),
    };
  }
}

/** The name that a broken entry may still tell. */
function nameIn(raw: Raw): string {
  try {
    const { name } = JSON.parse(textOf(raw)) as { name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // Not even JSON.
  }
  return 'undecodable';
}
