import { assertInteger } from '../options/assert-integer.js';
import { assertJobId, assertRecord } from '../options/assert-record.js';
import type { Raw } from '../redis/raw.js';
import type { Page } from '../scripts/job-scripts.js';
import { removeParams, tryParse } from './entries.js';
import { JobFinder } from './job-finder.js';
import { readPages } from './read-pages.js';
import type { DeleteResult } from './results.js';
import type { StoreContext } from './store-context.js';
import { waitingJob, type WaitingJob, type WaitingJobRef } from './waiting-job.js';

/** A found job in a queue of `total` jobs. */
export interface FoundWaiting {
  readonly found: WaitingJob | undefined;
  readonly total: number;
}

// In the middle of a million jobs, finding an entry would keep Redis busy for many milliseconds.
const MAX_DEPTH = 30_000;
const LOOK_BEHIND = 400;
const LOOK_AHEAD = 20;

/** The entries of a queue, read from Redis in bounded steps. Positions count from the next job. */
export class QueueEntries {
  /** The queue's key. */
  readonly key: string;
  readonly #context: StoreContext;
  readonly #finder: JobFinder;

  /** @param jobName a valid name; an invalid one may lead to a pool's own list */
  constructor(context: StoreContext, jobName: string) {
    this.#context = context;
    this.#finder = new JobFinder(context);
    this.key = context.keys.queue(jobName);
  }

  /** Reads up to `count` entries after the first `from`, or fewer if they would exceed 4 MiB. */
  async page(from: number, count: number): Promise<Page> {
    const { connection, scripts } = this.#context;
    await connection.ready();
    return connection.call(scripts.jobs.listPage(this.key, from, { count, backwards: true }));
  }

  /** Returns the number of waiting jobs. */
  async total(): Promise<number> {
    const { connection } = this.#context;
    await connection.ready();
    return connection.redis.llen(this.key);
  }

  /**
   * Searches for a job from its last seen position towards the front, because jobs before it may have been fetched since.
   *
   * @throws InvalidOptionError
   */
  async find(ref: WaitingJobRef): Promise<FoundWaiting> {
    assertRecord('job', ref, 'a job from a list, or { position, id }');
    const { position, id } = ref;
    assertInteger('position', position, 1, Number.MAX_SAFE_INTEGER);
    assertJobId(id, 'id');
    const first = Math.max(0, position - LOOK_BEHIND);
    const { entries, total } = await readPages(
      (from, count) => this.page(from, count),
      first,
      position - first + LOOK_AHEAD,
    );
    const found = entries
      .map((raw, index) => waitingJob(raw, first + index + 1))
      .findLast((job) => job.id === id);
    if (found || first === 0) return { found, total };
    return this.#findNearerTheFront(id, { first, total });
  }

  /** Removes an entry that was just seen at `position`, in a queue of `total` jobs. */
  async remove(
    raw: Raw,
    { position, total }: { readonly position: number; readonly total: number },
  ): Promise<DeleteResult> {
    const side = position <= total / 2 ? 'right' : 'left';
    const fromThere = side === 'right' ? position : total - position + 1;
    if (fromThere > MAX_DEPTH) return { status: 'tooDeep' };
    const { connection, keys, scripts } = this.#context;
    // In the meantime, jobs enter on one side and leave on the other.
    const from = { side, depth: fromThere + LOOK_BEHIND } as const;
    const params = [removeParams(keys, raw, tryParse(raw))];
    const [removed] = await connection.call(scripts.jobs.remove(this.key, from, params));
    return { status: removed ? 'deleted' : 'notFound' };
  }

  /**
   * Searches towards the front. In a busy queue, a job moves by thousands of positions between two reads. Only the entry
   * itself leaves Redis here. Jobs that are enqueued in the meantime move it in the direction of the search, which therefore
   * cannot miss it.
   */
  async #findNearerTheFront(
    id: string,
    { first, total }: { readonly first: number; readonly total: number },
  ): Promise<FoundWaiting> {
    const passed = Math.max(0, total - first);
    for await (const { raw, rank } of this.#finder.find([this.key], id, passed)) {
      const now = await this.total();
      return { found: waitingJob(raw, Math.max(1, now - rank)), total: now };
    }
    return { found: undefined, total };
  }
}
