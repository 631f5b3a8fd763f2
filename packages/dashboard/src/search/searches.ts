import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Client, InvalidJobNameError, type TimedJob, type WaitingJob } from '@nestcraft/work';
import type { UnreadEntry } from '@nestcraft/work/internal';
import { Observable } from 'rxjs';
import { jobSetOf } from '../options/job-sets.js';
import { BusyWorkers, type BusyWorker } from '../views/busy-workers.js';
import type { Hit, Searched } from './hit.js';
import { MayContain } from './may-contain.js';
import { Pace } from './pace.js';
import { Presenters, type Presenter } from '../views/presenter.js';
import { Problem } from '../http/problem.js';
import type { StreamEvent } from '../http/replies.js';
import { Turns } from './turns.js';

/** The places where jobs are searched, in order. */
export const SEARCHED: readonly Searched[] = ['running', 'dead', 'retry', 'scheduled', 'waiting'];

export interface Search {
  readonly text: string;
  readonly where: readonly Searched[];
  /** Only jobs of this name. */
  readonly jobName: string | undefined;
  /** Whether arguments are shown and therefore searched. */
  readonly showsArgs: boolean;
}

/** Checks whether a candidate is a hit. */
type Candidate = () => Hit | undefined;

// Milliseconds between two batches of a few hundred jobs: a search must not keep Redis from its work.
const PAUSE = 50;
const MAX_HITS = 200;
// Seconds, for clients that find the line full.
const RETRY_AFTER = 5;

/** The searches of the process. All of its applications share one event loop. */
export const SEARCH_TURNS = new Turns(2, 8);

/** The token of a factory for the pace of a search; replaced in tests. */
export const SEARCH_PACE = Symbol('SEARCH_PACE');

/**
 * Searches jobs for a text, batch by batch, while a listener is subscribed. Hidden data cannot be found: otherwise
 * searches would reveal it letter by letter.
 */
@Injectable()
export class Searches {
  constructor(
    private readonly client: Client,
    private readonly busy: BusyWorkers,
    private readonly presenters: Presenters,
    @Optional() @Inject(SEARCH_PACE) private readonly pace: () => Pace = () => new Pace(),
  ) {}

  /**
   * Emits `waiting` if other searches come first, `hits` (a list), `progress` (jobs searched and the total), and
   * finally `end` or `failed`.
   *
   * @throws Problem if too many searches are already running
   */
  run(search: Search): Observable<StreamEvent> {
    if (SEARCH_TURNS.isFull) {
      throw new Problem(
        429,
        'too_many_searches',
        'Too many searches are running. Try again soon.',
        {
          headers: { 'Retry-After': String(RETRY_AFTER) },
        },
      );
    }
    return new Observable((subscriber) => {
      const leaving = new AbortController();
      const tell = (type: string, data: object): void => {
        subscriber.next({ type, data: JSON.stringify(data), isPassing: type === 'progress' });
      };
      void this.inTurn(search, tell, leaving.signal)
        .catch(() => tell('failed', {}))
        .finally(() => subscriber.complete());
      return () => leaving.abort();
    });
  }

  private async inTurn(
    search: Search,
    tell: (type: string, data: object) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const end = await SEARCH_TURNS.take(() => tell('waiting', {}), signal);
    try {
      await this.search(search, tell, signal);
    } finally {
      end();
    }
  }

  private async search(
    search: Search,
    tell: (type: string, data: object) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const isOver = () => signal.aborted;
    if (isOver()) return;
    const total = await this.total(search);
    const pace = this.pace();
    let [seen, found] = [0, 0];
    for await (const candidates of this.batches(search)) {
      const hits: Hit[] = [];
      for (const look of candidates) {
        await pace.step();
        if (isOver()) return;
        const hit = look();
        if (hit) hits.push(hit);
        if (found + hits.length >= MAX_HITS) break;
      }
      seen += candidates.length;
      found += hits.length;
      if (hits.length > 0) tell('hits', hits);
      tell('progress', { seen, total });
      if (found >= MAX_HITS) {
        tell('end', { seen, full: true });
        return;
      }
      await sleep(PAUSE);
    }
    tell('end', { seen, full: false });
  }

  private async *batches(search: Search): AsyncGenerator<readonly Candidate[]> {
    const looks = new Looks(search, this.presenters.for(search.showsArgs));
    for (const set of search.where) {
      if (set === 'running') {
        yield (await this.busy.list()).map((worker) => () => looks.atWorker(worker));
      } else if (set === 'waiting') {
        for (const queue of await this.queuesToSearch(search.jobName)) {
          for await (const entries of this.waiting(queue)) {
            yield entries.map((entry) => () => looks.atEntry({ set, queue }, entry));
          }
        }
      } else {
        for await (const entries of jobSetOf(this.client, set).scanUnread()) {
          yield entries.map((entry) => () => looks.atEntry({ set }, entry));
        }
      }
    }
  }

  /** Yields waiting jobs. A queue whose name addresses other keys cannot be read. */
  private async *waiting(queue: string): AsyncGenerator<readonly UnreadEntry<WaitingJob>[]> {
    try {
      yield* this.client.queue(queue).scanUnread();
    } catch (error) {
      if (!(error instanceof InvalidJobNameError)) throw error;
    }
  }

  private async queuesToSearch(jobName: string | undefined): Promise<string[]> {
    const queues = (await this.client.queues.list()).filter(({ count }) => count > 0);
    const names = queues.map((queue) => queue.jobName);
    return jobName === undefined ? names : names.filter((name) => name === jobName);
  }

  private async total({ where, jobName }: Search): Promise<number> {
    const [counts, queues] = await Promise.all([this.client.counts(), this.client.queues.list()]);
    const ofName = queues.filter((queue) => jobName === undefined || queue.jobName === jobName);
    const all: Record<Searched, number> = {
      ...counts,
      waiting: ofName.reduce((sum, { count }) => sum + count, 0),
      running: queues.reduce((sum, { inProgress }) => sum + inProgress, 0),
    };
    return where.reduce((sum, set) => sum + all[set], 0);
  }
}

/** Checks jobs one by one for a search. */
class Looks {
  private readonly wanted: string;
  private readonly mayContain: MayContain | undefined;

  constructor(
    private readonly search: Search,
    private readonly presenter: Presenter,
  ) {
    this.wanted = search.text.toLowerCase();
    if (presenter.showsRaw) this.mayContain = new MayContain(this.wanted);
  }

  atEntry(
    place: Omit<Hit, 'job'>,
    entry: UnreadEntry<TimedJob> | UnreadEntry<WaitingJob>,
  ): Hit | undefined {
    if (this.mayContain?.isIn(entry.raw) === false) return undefined;
    const job = entry.read();
    const name = place.queue ?? job.job?.name ?? '';
    if (!this.isHit(name, () => this.presenter.searchText(job))) return undefined;
    return { ...place, job: this.presenter.job(job) };
  }

  atWorker(worker: BusyWorker): Hit | undefined {
    const { jobName, workerId } = worker.observation;
    if (!this.isHit(jobName, () => this.presenter.runningSearchText(worker))) return undefined;
    return { set: 'running', job: this.presenter.runningJob(worker), workerId };
  }

  private isHit(name: string, text: () => string): boolean {
    const { jobName } = this.search;
    if (jobName !== undefined && name !== jobName) return false;
    return text().toLowerCase().includes(this.wanted);
  }
}
