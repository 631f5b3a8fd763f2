import { setTimeout as sleep } from 'node:timers/promises';
import { now, type JobArgs } from '../jobs.js';
import type { Work } from './protocol.js';

export type Handler = (args: JobArgs, attempts: number) => Promise<void>;

/* eslint-disable @typescript-eslint/require-await -- as handlers are: `async`, whether they wait or not */

/** What handlers do for a kind of work. `latencies` takes those of jobs that carry their time. */
export function handlerFor(work: Work, latencies: number[]): Handler {
  switch (work) {
    case 'noop':
      return async () => undefined;
    case 'sleep':
      return () => sleep(1);
    case 'flaky':
      return async ({ flaky }, attempts) => {
        if (flaky === true && attempts === 0) throw new Error('It fails once.');
      };
    case 'timed':
      return async ({ sentAt }) => {
        if (sentAt !== undefined) latencies.push(now() - sentAt);
      };
  }
}
