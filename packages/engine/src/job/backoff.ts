import { delayOf } from '../base/delay.js';
import type { Duration } from '../base/duration.js';
import type { Job } from './job.js';
import type { Random } from '../base/random.js';
import { shown } from '../base/shown.js';
import { errorLine } from '../errors/error-text.js';
import { isThenable } from '../base/thrown.js';

/** Returns the delay between a job's failure and its next run: milliseconds, or a text such as `30s`. */
export type Backoff = (job: Job) => Duration;

/** Why a backoff returned no delay, for the middle of a sentence: `gave -1`. */
export interface BackoffFault {
  readonly fault: string;
}

/**
 * Returns the seconds until a failed job runs again: `fails⁴ + 15 + r·(fails + 1)`, with r a whole number from 0 to 29.
 * This is gocraft/work's formula: 16–74 s after the first failure, 31–118 after the second, then 96–212, 271–416, …
 *
 * @param fails failures so far, including the latest
 */
export function defaultBackoff(fails: number, random: Random): number {
  return fails ** 4 + 15 + Math.floor(random() * 30) * (fails + 1);
}

/** Returns the delay from a user's backoff, in whole seconds, or the reason why there is none. Never throws. */
export function backoffOf(backoff: Backoff, job: Job): { readonly delay: number } | BackoffFault {
  try {
    const answer: unknown = backoff(job);
    const delay = delayOf(answer);
    if (delay !== undefined) return { delay };
    if (!isThenable(answer)) return { fault: `gave ${shown(answer)}` };
    answer.then(undefined, () => undefined); // Nothing awaits it, and it may reject.
    return { fault: 'gave a promise, which is not awaited' };
  } catch (error) {
    return { fault: `threw: ${errorLine(error)}` };
  }
}
