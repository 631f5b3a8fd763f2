import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { Client, type TimedJob, type WaitingJob } from '@nestcraft/work';
import { Observable } from 'rxjs';
import { BusyWorkers, type BusyWorker } from './busy-workers.js';
import { Presenter, type JobView } from './presenter.js';

/** Where jobs are searched, in this order. */
export const SEARCHED = ['running', 'dead', 'retry', 'scheduled', 'waiting'] as const;
type Searched = (typeof SEARCHED)[number];

export interface Search {
  readonly text: string;
  readonly where: readonly Searched[];
  /** Only jobs of this name. */
  readonly jobName: string | undefined;
}

/** A job that was found, and where. */
export interface Hit {
  readonly set: Searched;
  readonly job: JobView;
  /** In which queue it waits. */
  readonly queue?: string;
  /** Which worker runs it. */
  readonly workerId?: string;
}

/** What may be a hit. What is redacted cannot be found, or a search would tell it letter by letter. */
interface Candidate {
  readonly name: string;
  readonly text: () => string;
  readonly hit: () => Hit;
}

// At most so many batches of some hundred a second: a search must not keep Redis from its work.
const PAUSE = 50;
const MOST_HITS = 200;

/** Searches jobs for a text, batch by batch, for as long as somebody listens. */
@Injectable()
export class Searches {
  constructor(
    private readonly client: Client,
    private readonly busy: BusyWorkers,
    private readonly presenter: Presenter,
  ) {}

  /** Events `hits` (a list), `progress` (how many jobs were looked at, of how many) and at last `end`. */
  run(search: Search): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      const tell = (type: string, data: object): void => {
        subscriber.next({ type, data: JSON.stringify(data) });
      };
      void this.search(search, tell, () => subscriber.closed)
        .catch(() => tell('failed', {}))
        .finally(() => subscriber.complete());
    });
  }

  private async search(
    search: Search,
    tell: (type: string, data: object) => void,
    isOver: () => boolean,
  ): Promise<void> {
    const wanted = search.text.toLowerCase();
    const isWanted = (name: string) => search.jobName === undefined || name === search.jobName;
    const total = await this.total(search);
    let [seen, found] = [0, 0];
    for await (const jobs of this.batches(search)) {
      if (isOver()) return;
      const hits = jobs
        .filter(({ name, text }) => isWanted(name) && text().toLowerCase().includes(wanted))
        .slice(0, MOST_HITS - found)
        .map(({ hit }) => hit());
      seen += jobs.length;
      found += hits.length;
      if (hits.length > 0) tell('hits', hits);
      tell('progress', { seen, total });
      if (found >= MOST_HITS) {
        tell('end', { seen, full: true });
        return;
      }
      await sleep(PAUSE);
    }
    tell('end', { seen, full: false });
  }

  private async *batches({ where, jobName }: Search): AsyncGenerator<readonly Candidate[]> {
    for (const set of where) {
      if (set === 'running') {
        yield (await this.busy.list()).map((worker) => this.ofWorker(worker));
      } else if (set === 'waiting') {
        for (const name of await this.queuesToSearch(jobName)) {
          for await (const jobs of this.client.scanWaiting(name)) {
            yield jobs.map((job) => this.ofEntry({ set, queue: name }, job));
          }
        }
      } else {
        for await (const jobs of this.client.scan(set)) {
          yield jobs.map((job) => this.ofEntry({ set }, job));
        }
      }
    }
  }

  private ofEntry(place: Omit<Hit, 'job'>, job: TimedJob | WaitingJob): Candidate {
    return {
      name: place.queue ?? job.job?.name ?? '',
      text: () => this.presenter.searchText(job),
      hit: () => ({ ...place, job: this.presenter.job(job) }),
    };
  }

  private ofWorker(worker: BusyWorker): Candidate {
    const { jobName, workerId } = worker.observation;
    return {
      name: jobName,
      text: () => this.presenter.runningSearchText(worker),
      hit: () => ({ set: 'running', job: this.presenter.runningJob(worker), workerId }),
    };
  }

  private async queuesToSearch(jobName: string | undefined): Promise<string[]> {
    const queues = (await this.client.queues()).filter(({ count }) => count > 0);
    const names = queues.map((queue) => queue.jobName);
    return jobName === undefined ? names : names.filter((name) => name === jobName);
  }

  private async total({ where, jobName }: Search): Promise<number> {
    const [counts, queues] = await Promise.all([this.client.counts(), this.client.queues()]);
    const ofName = queues.filter((queue) => jobName === undefined || queue.jobName === jobName);
    const all: Record<Searched, number> = {
      ...counts,
      waiting: ofName.reduce((sum, { count }) => sum + count, 0),
      running: queues.reduce((sum, { inProgress }) => sum + inProgress, 0),
    };
    return where.reduce((sum, set) => sum + all[set], 0);
  }
}
