/**
 * What stalls:
 *
 * - `fetch`: Redis has not answered this pool's fetches, or the pool is not connected or registered;
 * - `beat`: Redis has not accepted a heartbeat of this pool, so other pools may take its jobs;
 * - `waiting`: the next job of a name has waited for longer than the name's `maxWaiting`;
 * - `unhandled`: jobs of a name wait, and no running pool handles the name;
 * - `dead`: more jobs have died in a time than the limit permits;
 * - `schedule`: a firing of a schedule is late.
 */
export type StallKind = 'fetch' | 'beat' | 'waiting' | 'unhandled' | 'dead' | 'schedule';

/** Work that does not go on. */
export interface Stall {
  readonly kind: StallKind;
  /** The job's name, or the id of the schedule; `undefined` for `fetch`, `beat` and `dead`. */
  readonly subject?: string | undefined;
  /** Since when it stalls, as far as that is known. */
  readonly since: Date;
  /** The problem as plain sentences, with names and numbers. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A stall that has ended. */
export interface Recovery extends Stall {
  readonly recoveredAt: Date;
}

/** Tells about stalls. */
export interface StallListener {
  stalled(stall: Stall): void;
  recovered(recovery: Recovery): void;
}

/** Reads a stall or a recovery from JSON; `undefined` if another version wrote it in another form. */
export function parseStall(text: string): Stall | Recovery | undefined {
  try {
    const { kind, subject, since, recoveredAt, ...rest } = JSON.parse(text) as Written;
    const texts: readonly unknown[] = [kind, since, rest.text, rest.remedy];
    if (!texts.every((one) => typeof one === 'string')) return undefined;
    const stall = { kind, subject, since: new Date(since), text: rest.text, remedy: rest.remedy };
    if (Number.isNaN(stall.since.getTime())) return undefined;
    return recoveredAt === undefined ? stall : { ...stall, recoveredAt: new Date(recoveredAt) };
  } catch {
    return undefined;
  }
}

/** A recovery or a stall as JSON has it. */
type Written = Omit<Stall, 'since'> & { readonly since: string; readonly recoveredAt?: string };

/** Returns the name of a stall: two stalls of the same name are the same stall. */
export function stallName({ kind, subject }: Pick<Stall, 'kind' | 'subject'>): string {
  return subject === undefined ? kind : `${kind}:${subject}`;
}
