import {
  breaches,
  duplicates,
  recoveryTimes,
  neverAbove,
  type Breach,
  type Evidence,
  type LoggedEvent,
  type RedisState,
} from '../harness/index.js';

/** What has come of a soak test. */
export interface SoakReport {
  readonly seed: number;
  readonly minutes: number;
  readonly withGo: boolean;
  readonly faults: Readonly<Record<string, number>>;
  /** Jobs whose enqueue succeeded, was refused, or has an unknown outcome. */
  readonly enqueued: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly done: number;
  readonly dead: number;
  readonly lost: number;
  /** Runs too many, by the fault that explains them. */
  readonly duplicates: Readonly<Record<string, number>>;
  /** Seconds from the end of a fault to the next start of a job. */
  readonly recovery: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Keys that do not expire. */
  readonly keys: { readonly before: number; readonly after: number };
  readonly connections: { readonly before: number; readonly after: number };
  /** Mebibytes per hour by which the workers' memory grows; `undefined` if none ran long enough. */
  readonly memorySlope: number | undefined;
  readonly errors: readonly string[];
  readonly breaches: readonly Breach[];
}

const LIMITED = { name: 'limited', limit: 3 };
// Milliseconds after which the memory of a process has settled, and for which it must be watched from then on.
const WARM = 60_000;
const WATCHED = 300_000;

/** Summarises the evidence. */
export function soakReport(
  about: Pick<SoakReport, 'seed' | 'minutes' | 'withGo'>,
  before: RedisState,
  evidence: Evidence,
): SoakReport {
  const { events, state } = evidence;
  const all = [...breaches(evidence), ...neverAbove(LIMITED.name, LIMITED.limit, evidence)];
  const lost = all.filter(({ invariant, what }) => invariant === 'I1' && what === 'lost');
  return {
    ...about,
    faults: countBy(events.filter(({ ev }) => ev === 'fault').map(({ fault = '' }) => fault)),
    enqueued: count(events, 'ok'),
    rejected: count(events, 'rejected'),
    unknown: count(events, 'unknown'),
    done: new Set(events.filter(({ ev }) => ev === 'end').map(({ ref }) => ref)).size,
    dead: state.jobs.filter(({ place }) => place === 'dead').length,
    lost: lost.flatMap(({ ids }) => ids).length,
    duplicates: countBy(duplicates(evidence).map(({ cause = 'unexplained' }) => cause)),
    recovery: quantiles(recoveryTimes(evidence).flatMap(({ after }) => after ?? [])),
    keys: { before: before.lastingKeys, after: state.lastingKeys },
    connections: { before: before.clients, after: state.clients },
    memorySlope: memorySlope(events),
    errors: events.filter(({ ev }) => ev === 'error').map(({ text = '' }) => text),
    breaches: all,
  };
}

/** Whether everything that must hold has held. */
export function hasPassed({ lost, errors, breaches: all }: SoakReport): boolean {
  return lost === 0 && errors.length === 0 && all.length === 0;
}

function count(events: readonly LoggedEvent[], kind: LoggedEvent['ev']): number {
  return events.filter(({ ev }) => ev === kind).length;
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function quantiles(milliseconds: readonly number[]): SoakReport['recovery'] {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number): number =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1_000;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The median, over the processes that ran long enough, of the slope of a line through their samples. */
function memorySlope(events: readonly LoggedEvent[]): number | undefined {
  const samples = events.filter(({ ev }) => ev === 'sample');
  const slopes = [...new Set(samples.map(({ pid }) => pid))].flatMap((pid) => {
    const own = samples.filter((one) => one.pid === pid);
    const warm = own.filter(({ t }) => t - (own[0]?.t ?? t) > WARM);
    const watched = (warm.at(-1)?.t ?? 0) - (warm[0]?.t ?? 0);
    return watched < WATCHED ? [] : slopeOf(warm.map(({ t, rss = 0 }) => [t / 3_600_000, rss]));
  });
  if (slopes.length === 0) return undefined;
  return (slopes.sort((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0) / 1024 ** 2;
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  return covariance / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
}
