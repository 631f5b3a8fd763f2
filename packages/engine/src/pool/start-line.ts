import { counted } from '../base/counted.js';

/** The facts in the log line about a starting pool. */
export interface StartFacts {
  /** The jobs, each with its remarks, if any. */
  readonly jobs: readonly string[];
  readonly schedules: number;
  readonly namespace: string;
  /** The address of Redis, for people. */
  readonly place: string;
  readonly concurrency: number;
}

// A log line must be readable at a glance.
const MAX_NAMES = 20;
const MAX_LETTERS = 1_000;

/** Writes the facts in one line: `3 jobs: a, b, c; namespace my_app at 127.0.0.1:6379/0; concurrency 10`. */
export function startLine({ jobs, schedules, concurrency, ...where }: StartFacts): string {
  return [
    `${counted(jobs.length, 'job')}: ${cutList(jobs)}`,
    ...(schedules > 0 ? [counted(schedules, 'schedule')] : []),
    whereText(where),
    `concurrency ${concurrency}`,
  ].join('; ');
}

/** Writes the namespace and its Redis: `namespace my_app at 127.0.0.1:6379/0`. */
export function whereText({ namespace, place }: Pick<StartFacts, 'namespace' | 'place'>): string {
  return `${namespace === '' ? 'no namespace' : `namespace ${namespace}`} at ${place}`;
}

/** Joins a list and cuts it when it is long: `a, b and 12 more`. */
export function cutList(texts: readonly string[], most = MAX_NAMES): string {
  let [shown, letters] = [0, 0];
  while (shown < texts.length && shown < most) {
    letters += (texts[shown] ?? '').length;
    if (shown > 0 && letters > MAX_LETTERS) break;
    shown++;
  }
  const rest = texts.length - shown;
  return texts.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
