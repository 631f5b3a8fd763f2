import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { Client, type ShownEntry, type TimedJob, type WaitingJob } from '@nestcraft/work';
import { Observable } from 'rxjs';
import { Presenter, type JobView } from './presenter.js';

/** Where jobs are searched, in this order. */
export const SEARCHED = ['dead', 'retry', 'scheduled', 'waiting'] as const;

export interface Search {
  readonly text: string;
  readonly where: readonly (typeof SEARCHED)[number][];
  /** Only jobs of this name. */
  readonly jobName: string | undefined;
}

/** A job that was found, and where. */
export interface Hit {
  readonly set: (typeof SEARCHED)[number];
  readonly job: JobView;
}

// At most so many batches of some hundred a second: a search must not keep Redis from its work.
const PAUSE = 50;
const MOST_HITS = 200;

/** Searches jobs for a text, batch by batch, for as long as somebody listens. */
@Injectable()
export class Searches {
  constructor(
    private readonly client: Client,
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
    const total = await this.total(search);
    let [seen, found] = [0, 0];
    for await (const { set, jobs } of this.batches(search)) {
      if (isOver()) return;
      const hits = jobs
        .filter((entry) => this.matches(entry, wanted, search.jobName))
        .slice(0, MOST_HITS - found)
        .map((job): Hit => ({ set, job: this.view(job) }));
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

  /** What is redacted cannot be found, or a search would tell it letter by letter. */
  private matches(entry: ShownEntry, wanted: string, jobName: string | undefined): boolean {
    if (jobName !== undefined && entry.job?.name !== jobName) return false;
    return this.presenter.searchText(entry).toLowerCase().includes(wanted);
  }

  private async *batches({ where, jobName }: Search): AsyncGenerator<{
    readonly set: (typeof SEARCHED)[number];
    readonly jobs: readonly (TimedJob | WaitingJob)[];
  }> {
    for (const set of where) {
      if (set !== 'waiting') {
        for await (const jobs of this.client.scan(set)) yield { set, jobs };
        continue;
      }
      for (const name of await this.queuesToSearch(jobName)) {
        for await (const jobs of this.client.scanWaiting(name)) yield { set, jobs };
      }
    }
  }

  private async queuesToSearch(jobName: string | undefined): Promise<string[]> {
    const queues = (await this.client.queues()).filter(({ count }) => count > 0);
    const names = queues.map((queue) => queue.jobName);
    return jobName === undefined ? names : names.filter((name) => name === jobName);
  }

  private async total({ where, jobName }: Search): Promise<number> {
    const [counts, queues] = await Promise.all([this.client.counts(), this.client.queues()]);
    const waiting = queues
      .filter((queue) => jobName === undefined || queue.jobName === jobName)
      .reduce((sum, { count }) => sum + count, 0);
    const all = { ...counts, waiting };
    return where.reduce((sum, set) => sum + all[set], 0);
  }

  private view(job: TimedJob | WaitingJob): JobView {
    return 'at' in job ? this.presenter.timed(job) : this.presenter.waiting(job);
  }
}
