import type { JobTime } from '../job/enqueue-options.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';

const pushScript = loadScript('push');
const scheduleScript = loadScript('schedule');
const enqueueUniqueScript = loadScript('enqueue-unique', 'claims');

/** Milliseconds for which a job's carrier is kept after its run time or its last retry. */
export const CARRIER_TTL = 24 * 3600 * 1000;

/** The carried context of one job, as text. */
export interface Carrier {
  readonly jobId: string;
  readonly text: string;
}

/** Jobs of one name to push to their queue. */
export interface PushParams {
  readonly jobName: string;
  /** In queue order. */
  readonly entries: readonly string[];
  readonly carriers: readonly Carrier[];
}

/** A job to schedule. */
export interface ScheduleParams {
  readonly jobName: string;
  readonly id: string;
  readonly entry: string;
  /** Its carried context. */
  readonly carrier?: string | undefined;
  readonly when: JobTime;
}

/** A unique job to enqueue. */
export interface EnqueueUniqueParams {
  readonly jobName: string;
  readonly id: string;
  readonly entry: string;
  readonly uniqueKey: string;
  /** Whether the key is the caller's. The entry then replaces the job waiting under it. */
  readonly keyed: boolean;
  /** Its carried context, which passes to the waiting job if the entry replaces that job's. */
  readonly carrier?: string | undefined;
  /** `undefined`: immediately. */
  readonly when: JobTime | undefined;
}

/** The result of enqueueing a unique job. */
export interface UniqueOutcome {
  readonly status: 'enqueued' | 'updated' | 'duplicate';
  /** The waiting job's id; empty if Redis does not know it. */
  readonly id: string;
  /** The run time of a scheduled job, in seconds since the epoch. */
  readonly runAt: number | undefined;
}

/** Scripts that enqueue jobs. */
export class EnqueuingScripts extends ScriptGroup {
  /** Puts jobs into their queue, registers their name, and writes their carriers. */
  push({ jobName, entries, carriers }: PushParams): ScriptCall<void> {
    return {
      script: pushScript,
      keys: [this.keys.knownJobs, this.keys.queue(jobName)],
      args: [
        ...[jobName, CARRIER_TTL, carriers.length],
        ...carriers.flatMap(({ jobId, text }) => [this.keys.carrier(jobId), text]),
        ...entries,
      ],
      decode: () => undefined,
    };
  }

  /** Schedules jobs; returns their run times in seconds since the epoch. */
  schedule(jobs: readonly ScheduleParams[]): ScriptCall<number[]> {
    return {
      script: scheduleScript,
      keys: [this.keys.scheduled, this.keys.knownJobs],
      args: [
        this.now(),
        CARRIER_TTL,
        ...jobs.flatMap(({ jobName, id, entry, when, carrier }) => [
          ...[jobName, entry, ...whenArgs(when)],
          ...(carrier ? [carrier, this.keys.carrier(id)] : ['', '']),
        ]),
      ],
      decode: (reply) => (reply as Buffer[]).map((seconds) => Number(seconds.toString())),
    };
  }

  /** Enqueues unique jobs whose claims are free. */
  enqueueUnique(jobs: readonly EnqueueUniqueParams[]): ScriptCall<UniqueOutcome[]> {
    return {
      script: enqueueUniqueScript,
      keys: [
        this.keys.scheduled,
        this.keys.knownJobs,
        ...jobs.flatMap(({ jobName, uniqueKey }) => [
          this.keys.queue(jobName),
          uniqueKey,
          this.keys.uniqueOwner(uniqueKey),
        ]),
      ],
      args: [
        this.now(),
        CLAIM_TTL,
        this.keys.carrierPrefix,
        CARRIER_TTL,
        ...jobs.flatMap(({ jobName, id, entry, keyed, when, carrier }) => [
          ...[jobName, id, entry, keyed ? 'keyed' : 'any'],
          ...(when === undefined ? ['now', 0] : whenArgs(when)),
          carrier ?? '',
        ]),
      ],
      decode: (reply) =>
        (reply as [Buffer, Buffer, Buffer][]).map(([status, id, runAt]) => ({
          status: status.toString() as UniqueOutcome['status'],
          id: id.toString(),
          runAt: runAt.length === 0 ? undefined : Number(runAt.toString()),
        })),
    };
  }
}

function whenArgs(when: JobTime): [string, number] {
  return 'in' in when ? ['in', when.in] : ['at', when.at];
}
