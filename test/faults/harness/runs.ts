import type { LoggedEvent } from './event-writer.mjs';

/** One run of a job, as a worker has logged it. Times are milliseconds since the epoch. */
export interface Run {
  readonly ref: string;
  readonly name: string;
  readonly pid: number;
  readonly attempt: number;
  readonly digest: string;
  readonly start: number;
  /** How it ended. `open`: it has not, or its process died first. */
  readonly outcome: 'end' | 'fail' | 'snooze' | 'open';
  /** When it ended, or its process died; `Infinity` if neither has happened. */
  readonly stop: number;
}

/** The runs of all jobs, in the order of their starts. */
export function runsOf(events: readonly LoggedEvent[]): readonly Run[] {
  const runs: Run[] = [];
  const open = new Map<string, number>();
  for (const event of events) {
    const { ev, pid, ref = '', t } = event;
    if (ev === 'start') {
      open.set(`${pid} ${ref}`, runs.length);
      runs.push(begun(event));
    } else if (ev === 'end' || ev === 'fail' || ev === 'snooze') {
      close(`${pid} ${ref}`, ev, t);
    } else if (ev === 'died') {
      for (const key of open.keys()) if (key.startsWith(`${event.victim} `)) close(key, 'open', t);
    }
  }
  return runs;

  function close(key: string, outcome: Run['outcome'], stop: number): void {
    const index = open.get(key);
    open.delete(key);
    const run = index === undefined ? undefined : runs[index];
    if (run && index !== undefined) runs[index] = { ...run, outcome, stop };
  }
}

function begun({ ref = '', name = '', pid, attempt = 0, digest = '', t }: LoggedEvent): Run {
  return { ref, name, pid, attempt, digest, start: t, outcome: 'open', stop: Infinity };
}

/** The time during which a fault lasted. */
export interface FaultWindow {
  readonly fault: string;
  readonly from: number;
  /** `Infinity` while it lasts. */
  readonly to: number;
}

/** The faults of a log, in the order of their beginnings. */
export function faultWindows(events: readonly LoggedEvent[]): readonly FaultWindow[] {
  const windows: FaultWindow[] = [];
  for (const { ev, fault = '', t } of events) {
    if (ev === 'fault') windows.push({ fault, from: t, to: Infinity });
    if (ev !== 'healed') continue;
    const index = windows.findIndex((one) => one.fault === fault && one.to === Infinity);
    const window = windows[index];
    if (window) windows[index] = { ...window, to: t };
  }
  return windows;
}
