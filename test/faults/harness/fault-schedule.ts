import { seededRandom } from '@nestcraft/engine/testing';

/** A fault to inject. Times are milliseconds since the beginning of the schedule. */
export interface PlannedFault<Fault extends string = string> {
  readonly fault: Fault;
  readonly at: number;
  readonly lasts: number;
  /** From 0 to 1: which of several actors it is to hit. */
  readonly pick: number;
}

export interface FaultScheduleOptions<Fault extends string> {
  readonly seed: number;
  /** Each fault, and for how long it may last at most, in milliseconds. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** Milliseconds after which no fault begins. */
  readonly duration: number;
  /** The least and the most milliseconds from the end of a fault to the next. */
  readonly calm: readonly [least: number, most: number];
}

/** Draws the faults of a run, one after another. The same seed draws the same faults. */
export function planFaults<Fault extends string>({
  seed,
  faults,
  duration,
  calm: [least, most],
}: FaultScheduleOptions<Fault>): readonly PlannedFault<Fault>[] {
  const random = seededRandom(seed);
  const names = Object.keys(faults) as Fault[];
  const planned: PlannedFault<Fault>[] = [];
  let bag: Fault[] = [];
  for (let at = least; at < duration;) {
    // Every fault comes once before any comes again.
    if (bag.length === 0) bag = [...names];
    const [fault] = bag.splice(Math.floor(random() * bag.length), 1);
    if (fault === undefined) break;
    const lasts = Math.ceil(faults[fault] * (0.25 + 0.75 * random()));
    planned.push({ fault, at: Math.round(at), lasts, pick: random() });
    at += lasts + least + random() * (most - least);
  }
  return planned;
}

/** The seed in the variable FAULT_SEED, which repeats a run, or a new one. It is printed, so that the run can be repeated. */
export function faultSeed(about: string): number {
  const given = Number(process.env.FAULT_SEED ?? NaN);
  const seed = Number.isInteger(given) ? given : Math.floor(Math.random() * 2 ** 31);
  process.stderr.write(`${about}: FAULT_SEED=${seed}\n`);
  return seed;
}
