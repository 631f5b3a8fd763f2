import { parseEntry, type JobEntry } from '../job/job-entry.js';
import type { HandlingPool, LookFor, NameFacts, Place, View } from '../scripts/explain-scripts.js';
import { countsOf } from '../metrics/tally.js';
import type { ExplainState } from './explanation.js';

/** What was asked, what was read, and what follows from it. The reasons are decided by it alone. */
export interface Situation {
  readonly asked: LookFor;
  readonly view: View;
  readonly state: ExplainState;
  /** The job's entry; `undefined` if no job was found, or if the entry is not a job. */
  readonly entry: JobEntry | undefined;
  /** The settings of the name, for a job that will enter its queue or is in it, or for a name that is used. */
  readonly name: NameFacts | undefined;
  /** When a scheduled job or a retry is due, in milliseconds since the epoch; `undefined` once that has passed. */
  readonly due: number | undefined;
  /** The pools that handle the name and beat. */
  readonly live: readonly HandlingPool[];
  /** Those of them that are not stopping. */
  readonly open: readonly HandlingPool[];
  /** Those of them whose fetches Redis answers. */
  readonly fetching: readonly HandlingPool[];
  /** The jobs of the name that ran per second in the last minutes; 0 if none did. */
  readonly rate: number;
}

const STATES: Readonly<Record<Place['in'], ExplainState>> = {
  ...{ queue: 'queued', scheduled: 'scheduled', retry: 'retry', dead: 'dead' },
  ...{ progress: 'running', claim: 'held' },
};

const GOING_TO_RUN: readonly ExplainState[] = ['queued', 'scheduled', 'retry', 'held', 'empty'];

/** Derives the situation from what was read. */
export function situationOf(asked: LookFor, view: View): Situation {
  const { place, pools, now } = view;
  const state = place ? STATES[place.in] : asked.kind === 'name' ? 'empty' : 'notFound';
  const live = pools.filter(({ beatAt }) => Math.floor(now / 1000) - beatAt <= asked.deadAfter);
  const open = live.filter(({ stoppingSince }) => stoppingSince === undefined);
  const fetching = open.filter(({ unanswered }) => unanswered === undefined);
  return {
    ...{ asked, view, state, live, open, fetching },
    entry: entryOf(view),
    name: GOING_TO_RUN.includes(state) && isUsed(view) ? view.name : undefined,
    due: dueAfter(now, view),
    rate: rateOf(view),
  };
}

/** Returns whether the name was ever registered or enqueued. */
export function isUsed({ name, pools, place }: View): boolean {
  return place !== undefined || pools.length > 0 || name?.isKnown === true;
}

function entryOf({ place }: View): JobEntry | undefined {
  try {
    return place && parseEntry(place.raw);
  } catch {
    return undefined; // A fetch moves it to the dead jobs.
  }
}

function dueAfter(now: number, { place }: View): number | undefined {
  if (place?.in !== 'scheduled' && place?.in !== 'retry') return undefined;
  return place.at * 1000 > now ? place.at * 1000 : undefined;
}

function rateOf({ now, runs }: View): number {
  const ran = runs.reduce((sum, text) => sum + ranIn(text), 0);
  return ran / ((runs.length - 1) * 60 + ((now / 1000) % 60));
}

function ranIn(text: string): number {
  try {
    const { done = 0, failed = 0 } = text === '' ? {} : countsOf(text);
    return done + failed;
  } catch {
    return 0; // Another program wrote it.
  }
}
