import type { AlertSettings } from './alert-options.js';
import type { Stall } from './stall.js';

/** A pool's own figures, in milliseconds. */
export interface LocalSigns {
  /** For how long Redis has not served the pool's fetches, although some are due; 0 if none is. */
  readonly silence: number;
  /** The age of the last heartbeat that Redis has accepted; `undefined` before the first. */
  readonly beatAge: number | undefined;
  /** Why the pool is not connected or registered, if that is known. */
  readonly reason: string | undefined;
}

export type LocalLimits = Pick<AlertSettings, 'fetch' | 'beat'>;

/** Decides what stalls in this process. @param now in milliseconds since the epoch */
export function localStalls(
  { silence, beatAge = 0, reason }: LocalSigns,
  { fetch = Infinity, beat = Infinity }: LocalLimits,
  now: number,
): Stall[] {
  if (silence > fetch) {
    const because = reason === undefined ? '' : ` (${reason})`;
    return [
      {
        kind: 'fetch',
        since: new Date(now - silence),
        text: `Redis has not answered a fetch of this pool for ${seconds(silence)}${because}. No job starts in this process.`,
        remedy: 'Look at Redis and at the network between it and this host.',
      },
    ];
  }
  if (beatAge <= beat) return [];
  return [
    {
      kind: 'beat',
      since: new Date(now - beatAge),
      text: `Redis has not accepted a heartbeat of this pool for ${seconds(beatAge)}. Other pools may take its jobs, which then run twice.`,
      remedy: 'Look at the log of the heartbeater, and at handlers that block the event loop.',
    },
  ];
}

function seconds(age: number): string {
  return `${(age / 1000).toFixed(age < 10_000 ? 1 : 0)} s`;
}
