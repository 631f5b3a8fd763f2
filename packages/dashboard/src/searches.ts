import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { Client } from '@nestcraft/work';
import { Observable } from 'rxjs';
import { Presenter, type JobView } from './presenter.js';

const SETS = ['dead', 'retry', 'scheduled'] as const;
// At most so many batches a second: a search must not keep Redis from its work.
const PAUSE = 50;
const MOST_HITS = 200;

/** A job that was found, and where. */
export interface Hit {
  readonly set: (typeof SETS)[number];
  readonly job: JobView;
}

/** Searches jobs for a text, batch by batch, for as long as somebody listens. */
@Injectable()
export class Searches {
  constructor(
    private readonly client: Client,
    private readonly presenter: Presenter,
  ) {}

  /** Events `hits` (a list), `progress` (how many jobs were looked at) and at last `end`. */
  run(query: string): Observable<MessageEvent> {
    return new Observable((subscriber) => {
      const tell = (type: string, data: object): void => {
        subscriber.next({ type, data: JSON.stringify(data) });
      };
      void this.search(query.toLowerCase(), tell, () => subscriber.closed)
        .catch(() => tell('failed', {}))
        .finally(() => subscriber.complete());
    });
  }

  private async search(
    query: string,
    tell: (type: string, data: object) => void,
    isOver: () => boolean,
  ): Promise<void> {
    let [seen, found] = [0, 0];
    for (const set of SETS) {
      for await (const jobs of this.client.scan(set)) {
        if (isOver()) return;
        // What is redacted cannot be found, or a search would tell it letter by letter.
        const hits = jobs
          .filter((job) => this.presenter.searchText(job).toLowerCase().includes(query))
          .slice(0, MOST_HITS - found)
          .map((job): Hit => ({ set, job: this.presenter.timed(job) }));
        seen += jobs.length;
        found += hits.length;
        if (hits.length > 0) tell('hits', hits);
        tell('progress', { seen });
        if (found >= MOST_HITS) {
          tell('end', { seen, full: true });
          return;
        }
        await sleep(PAUSE);
      }
    }
    tell('end', { seen, full: false });
  }
}
