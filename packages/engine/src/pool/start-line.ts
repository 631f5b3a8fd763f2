import { counted } from '../base/counted.js';

/** What a pool that starts is to do, and where. */
export interface StartFacts {
  /** The jobs, each with whatever else is to be said of it. */
  readonly jobs: readonly string[];
  readonly schedules: number;
  readonly namespace: string;
  /** Where Redis is, for people. */
  readonly place: string;
  readonly concurrency: number;
}

// A line of a log is read, not studied.
const MOST_NAMES = 20;
const MOST_LETTERS = 1_000;

/** What a pool runs, in one line: `3 jobs: a, b, c; namespace my_app at 127.0.0.1:6379/0; concurrency 10`. */
export function startLine({ jobs, schedules, concurrency, ...where }: StartFacts): string {
  return [
    `${counted(jobs.length, 'job')}: ${cutList(jobs)}`,
    ...(schedules > 0 ? [counted(schedules, 'schedule')] : []),
    whereText(where),
    `concurrency ${concurrency}`,
  ].join('; ');
}

/** `namespace my_app at 127.0.0.1:6379/0` */
export function whereText({ namespace, place }: Pick<StartFacts, 'namespace' | 'place'>): string {
  return `${namespace === '' ? 'no namespace' : `namespace ${namespace}`} at ${place}`;
}

/** A list for people: `a, b and 12 more`. */
export function cutList(texts: readonly string[], most = MOST_NAMES): string {
  let [shown, letters] = [0, 0];
  while (shown < texts.length && shown < most) {
    letters += (texts[shown] ?? '').length;
    if (shown > 0 && letters > MOST_LETTERS) break;
    shown++;
  }
  const rest = texts.length - shown;
  return texts.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
