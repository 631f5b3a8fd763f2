import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';

const pushScript = loadScript('push');
const scheduleScript = loadScript('schedule');
const claimScript = loadScript('claim', 'claims');

/** Milliseconds that what is carried to a job is kept beyond its run time or its last retry. */
export const CARRIER_LASTS = 24 * 3600 * 1000;

/** What is carried to a job, as text. */
export interface Carrier {
  readonly jobId: string;
  readonly text: string;
}

/** Jobs of one name to be put into their queue. */
export interface Pushing {
  readonly jobName: string;
  /** In the order in which they are to stand. */
  readonly entries: readonly string[];
  readonly carriers: readonly Carrier[];
}

/** A job to be scheduled: after a delay, or at a time in seconds since the epoch. */
export interface Scheduling {
  readonly jobName: string;
  readonly id: string;
  readonly entry: string;
  /** What is carried to it. */
  readonly carrier?: string | undefined;
  readonly when: { readonly in: number } | { readonly at: number };
}

/** A unique job to be enqueued. */
export interface Claiming {
  readonly jobName: string;
  readonly id: string;
  readonly entry: string;
  readonly uniqueKey: string;
  /** The key is the caller's: the entry replaces the job that waits under it. */
  readonly keyed: boolean;
  /** What is carried to it; to the waiting job, if the entry replaces that. */
  readonly carrier?: string | undefined;
  /** `undefined` for at once. */
  readonly when: Scheduling['when'] | undefined;
}

/** What became of a unique job when it was enqueued. */
export interface Claimed {
  readonly status: 'enqueued' | 'updated' | 'duplicate';
  /** The id of the job that waits; empty where Redis does not tell. */
  readonly id: string;
  /** In seconds since the epoch, of a job that was scheduled. */
  readonly runAt: number | undefined;
}

/** Scripts that enqueue jobs, where a plain push is not enough. */
export class EnqueuingScripts extends ScriptGroup {
  /** Puts jobs into their queue, makes their name known, and writes what is carried to them. */
  push({ jobName, entries, carriers }: Pushing): ScriptCall<void> {
    return {
      script: pushScript,
      keys: [this.keys.knownJobs, this.keys.queue(jobName)],
      args: [
        ...[jobName, CARRIER_LASTS, carriers.length],
        ...carriers.flatMap(({ jobId, text }) => [this.keys.carrier(jobId), text]),
        ...entries,
      ],
      decode: () => undefined,
    };
  }

  /** Schedules jobs; returns their run times in seconds since the epoch. */
  schedule(schedulings: readonly Scheduling[]): ScriptCall<number[]> {
    return {
      script: scheduleScript,
      keys: [this.keys.scheduled, this.keys.knownJobs],
      args: [
        this.now(),
        CARRIER_LASTS,
        ...schedulings.flatMap(({ jobName, id, entry, when, carrier }) => [
          ...[jobName, entry, ...whenArgs(when)],
          ...(carrier ? [carrier, this.keys.carrier(id)] : ['', '']),
        ]),
      ],
      decode: (reply) => (reply as Buffer[]).map((seconds) => Number(seconds.toString())),
    };
  }

  /** Enqueues unique jobs whose claims are free. */
  claim(claimings: readonly Claiming[]): ScriptCall<Claimed[]> {
    return {
      script: claimScript,
      keys: [
        this.keys.scheduled,
        this.keys.knownJobs,
        ...claimings.flatMap(({ jobName, uniqueKey }) => [
          this.keys.queue(jobName),
          uniqueKey,
          this.keys.uniqueOwner(uniqueKey),
        ]),
      ],
      args: [
        this.now(),
        CLAIM_TTL,
        this.keys.carrierPrefix,
        CARRIER_LASTS,
        ...claimings.flatMap(({ jobName, id, entry, keyed, when, carrier }) => [
          ...[jobName, id, entry, keyed ? 'keyed' : 'any'],
          ...(when === undefined ? ['now', 0] : whenArgs(when)),
          carrier ?? '',
        ]),
      ],
      decode: (reply) =>
        (reply as [Buffer, Buffer, Buffer][]).map(([status, id, runAt]) => ({
          status: status.toString() as Claimed['status'],
          id: id.toString(),
          runAt: runAt.length === 0 ? undefined : Number(runAt.toString()),
        })),
    };
  }
}

function whenArgs(when: Scheduling['when']): [string, number] {
  return 'in' in when ? ['in', when.in] : ['at', when.at];
}
