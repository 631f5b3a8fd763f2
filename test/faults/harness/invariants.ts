import type { LoggedEvent } from './event-writer.mjs';
import type { Place, RedisState } from './redis-state.js';
import { faultWindows, runsOf, type FaultWindow, type Run } from './runs.js';

/** What the invariants judge: the log of all actors, and Redis after everything has come to rest. */
export interface Evidence {
  readonly events: readonly LoggedEvent[];
  readonly state: RedisState;
}

/** A breach of an invariant. */
export interface Breach {
  readonly invariant: string;
  readonly what: string;
  /** The jobs, or the names of jobs, that it is about. */
  readonly ids: readonly string[];
}

/** A run too many, and the fault that explains it; `undefined` if none does. */
export interface Duplicate {
  readonly ref: string;
  readonly at: number;
  readonly cause: string | undefined;
}

// In milliseconds. An outcome may reach Redis this long after its run has ended.
const SETTLING = 6_000;

/** I1: every job whose enqueue succeeded has succeeded, or is in exactly one place. */
export function nothingLost({ events, state }: Evidence): readonly Breach[] {
  const places = placesOf(state);
  const ended = refsOf(events, 'end');
  const excused = refsOf(events, 'cancelled');
  const oks = events.filter(({ ev }) => ev === 'ok');
  const lost = oks.filter((ok) => {
    const { ref = '' } = ok;
    return !ended.has(ref) && !excused.has(ref) && !places.has(ref) && !replaced(ok, events, state);
  });
  const doubled = [...places].filter(([, all]) => all.length > 1).map(([ref]) => ref);
  return [
    ...breach(
      'I1',
      'lost',
      lost.map(({ ref = '' }) => ref),
    ),
    ...breach('I1', 'in more than one place', doubled),
  ];
}

/** A job that a later one with the same key may have replaced: then somebody with that key has run, or waits. */
function replaced(
  { key, ref, t }: LoggedEvent,
  events: readonly LoggedEvent[],
  state: RedisState,
): boolean {
  if (key === undefined) return false;
  const rivals = new Set(
    events.filter((one) => one.key === key && one.ref !== ref).map((one) => one.ref ?? ''),
  );
  return (
    state.jobs.some((job) => rivals.has(job.ref)) ||
    events.some((one) => one.ev === 'end' && rivals.has(one.ref ?? '') && one.t >= t)
  );
}

/** The runs that no failure, snooze or new claim asked for. */
export function duplicates({ events }: Pick<Evidence, 'events'>): readonly Duplicate[] {
  const windows = faultWindows(events);
  const last = new Map<string, Run>();
  const found: Duplicate[] = [];
  for (const run of runsOf(events)) {
    const before = last.get(run.ref);
    last.set(run.ref, run);
    if (!before || asksForMore(before, run)) continue;
    found.push({ ref: run.ref, at: run.start, cause: causeOf(before, run, windows) });
  }
  return found;
}

/** Whether a run had failed or snoozed before the next one began. */
function asksForMore({ outcome, stop }: Run, next: Run): boolean {
  return (outcome === 'fail' || outcome === 'snooze') && stop <= next.start;
}

function causeOf(before: Run, again: Run, windows: readonly FaultWindow[]): string | undefined {
  const until = Math.min(before.stop + SETTLING, again.start);
  return windows.find(({ from, to }) => from <= until && to + SETTLING >= before.start)?.fault;
}

/** I2: a job runs twice only if it was in flight during a fault. */
export function duplicatesExplained(evidence: Pick<Evidence, 'events'>): readonly Breach[] {
  const unexplained = duplicates(evidence).filter(({ cause }) => cause === undefined);
  return breach(
    'I2',
    'run twice without a fault',
    unexplained.map(({ ref }) => ref),
  );
}

/** I3: nothing runs that nobody has enqueued, or that Redis has refused. */
export function nothingUnasked({ events }: Pick<Evidence, 'events'>): readonly Breach[] {
  const asked = new Set([...refsOf(events, 'ok'), ...refsOf(events, 'unknown')]);
  const strangers = [...refsOf(events, 'start')].filter((ref) => !asked.has(ref) && !isFiring(ref));
  return breach('I3', 'run without having been enqueued', strangers);
}

/** I4: when everything has come to rest, nothing is in progress, and nothing that is done is still there. */
export function atRest({ events, state }: Evidence): readonly Breach[] {
  const running = state.jobs.filter(({ place }) => place === 'inProgress');
  const ended = refsOf(events, 'end');
  const back = state.jobs.filter(({ ref, place }) => place !== 'dead' && ended.has(ref));
  return [
    ...breach(
      'I4',
      'still in progress',
      running.map(({ ref }) => ref),
    ),
    ...breach(
      'I4',
      'done, and still there',
      back.map(({ ref }) => ref),
    ),
  ];
}

/** I5: locks are the numbers of jobs in progress, and never negative. */
export function locksExact({ state }: Pick<Evidence, 'state'>): readonly Breach[] {
  const wrong = state.locks.filter(
    ({ lock, shares, inProgress }) => lock !== shares || shares !== inProgress || lock < 0,
  );
  return wrong.map(({ name, lock, shares, inProgress }) => ({
    invariant: 'I5',
    what: `lock ${lock}, shares ${shares}, in progress ${inProgress}`,
    ids: [name],
  }));
}

/** I5: outside of faults, no more than `limit` jobs of a name run at the same time. */
export function neverAbove(
  name: string,
  limit: number,
  { events }: Pick<Evidence, 'events'>,
): readonly Breach[] {
  const windows = faultWindows(events);
  const runs = runsOf(events).filter((run) => run.name === name);
  const calm = (t: number): boolean =>
    !windows.some(({ from, to }) => from <= t && t <= to + SETTLING);
  const above = runs.filter(({ start }) => {
    const together = runs.filter((one) => one.start <= start && one.stop > start);
    return calm(start) && together.length > limit;
  });
  return breach(
    'I5',
    `started while ${limit} others ran`,
    above.map(({ ref }) => ref),
  );
}

/** I6: the milliseconds from the end of each fault to the next start of a job; `undefined` if none has started. */
export function recoveryTimes({
  events,
}: Pick<Evidence, 'events'>): readonly { fault: string; after: number | undefined }[] {
  const starts = events.filter(({ ev }) => ev === 'start').map(({ t }) => t);
  return faultWindows(events).map(({ fault, to }) => {
    const next = starts.find((t) => t >= to);
    return { fault, after: next === undefined ? undefined : next - to };
  });
}

/** I7: no errors that nobody has caught, and no more keys and connections than before. */
export function noGrowth(
  before: RedisState,
  { events, state }: Evidence,
  spare = 0,
): readonly Breach[] {
  const errors = events.filter(({ ev }) => ev === 'error');
  const grown = (['lastingKeys', 'clients'] as const).filter(
    (what) => state[what] > before[what] + spare,
  );
  return [
    ...breach(
      'I7',
      'errors that nobody caught',
      errors.map(({ text = '' }) => text),
    ),
    ...grown.map((what) => ({
      invariant: 'I7',
      what: `${what} grew from ${before[what]} to ${state[what]}`,
      ids: [],
    })),
  ];
}

/** I8: every run of a job sees the same arguments. */
export function argumentsIntact({ events }: Pick<Evidence, 'events'>): readonly Breach[] {
  const first = new Map<string, string>();
  const changed = runsOf(events).filter(({ ref, digest }) => {
    const before = first.get(ref) ?? digest;
    first.set(ref, before);
    return before !== digest;
  });
  return breach(
    'I8',
    'run with other arguments',
    changed.map(({ ref }) => ref),
  );
}

/** The invariants that hold whatever the fault was: I1 to I5 and I8. */
export function breaches(evidence: Evidence): readonly Breach[] {
  return [
    nothingLost,
    duplicatesExplained,
    nothingUnasked,
    atRest,
    locksExact,
    argumentsIntact,
  ].flatMap((invariant) => invariant(evidence));
}

function placesOf({ jobs }: RedisState): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const { ref, place } of jobs) places.set(ref, [...(places.get(ref) ?? []), place]);
  return places;
}

function refsOf(events: readonly LoggedEvent[], kind: LoggedEvent['ev']): ReadonlySet<string> {
  return new Set(events.filter(({ ev }) => ev === kind).map(({ ref = '' }) => ref));
}

/** A schedule's firing, which no producer has enqueued. */
function isFiring(ref: string): boolean {
  return ref.startsWith('periodic:');
}

function breach(invariant: string, what: string, ids: readonly string[]): readonly Breach[] {
  return ids.length === 0 ? [] : [{ invariant, what, ids: [...new Set(ids)] }];
}
