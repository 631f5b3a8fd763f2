import { CLOCKS_DIFFER } from '../schedule/firing-plan.js';
import type { FiringForm } from '../schedule/periodic-job.js';
import { MAX_BYTES_TWICE, type BatchBound } from '../redis/batches.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { Numbering } from './numbering.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';

const dueScript = loadScript('due', 'read-some');
const requeueScript = loadScript('requeue', 'claims');
const periodicScript = loadScript('periodic', 'find-firings');
const unscheduleScript = loadScript('unschedule', 'find-firings');

/** The result of checking `retry` or `scheduled`. */
export interface DueJobs {
  readonly entries: readonly Raw[];
  /** Whether further jobs are due. */
  readonly areMore: boolean;
  /** Milliseconds until the next entry is due; `undefined` if there is none. */
  readonly nextIn: number | undefined;
}

/** A due entry and its replacement. */
export interface RequeueParams {
  readonly raw: Raw;
  /** The name of its queue; `undefined` if it goes to the dead jobs. */
  readonly jobName: string | undefined;
  /** The entry for its queue, or for the dead jobs. */
  readonly entry: Raw;
  /** For a firing: its schedule, and its time in seconds. */
  readonly firing?: Firing | undefined;
  /** The claim that ends with a job that goes to the dead jobs, and its owner. */
  readonly frees?: { readonly uniqueKey: string; readonly jobName: string; readonly id: string };
}

/** The identity of a schedule's firing. */
export interface Firing {
  readonly schedule: string;
  /** In seconds since the epoch. */
  readonly time: number;
  /** The claim that the job must obtain to avoid being dropped, and the id of the claiming job. */
  readonly claim?: { readonly uniqueKey: string; readonly id: string } | undefined;
}

/** The outcome for due entries. */
export interface RequeueResult {
  readonly requeued: number;
  readonly dead: number;
  /** Firings that were moved before, or that would overlap. */
  readonly dropped: number;
  /** Job names whose queue is a key of the wrong kind. Their due jobs are due again in a minute. */
  readonly broken: readonly string[];
  /** Job names that no pool knows. Their due jobs stay. */
  readonly unknown: readonly string[];
}

/** The changes to a schedule's firings. Times are in seconds since the epoch. */
export interface Firings {
  readonly id: string;
  readonly jobName: string;
  /** The start and the rest of their entries. */
  readonly form: FiringForm;
  /** Identifies the version of the schedule: pools with the same version create the same jobs. */
  readonly version: string;
  /** The recorded last firing, if it must be deleted; otherwise empty. */
  readonly wrong: string;
  /** Firings to remove. */
  readonly stale: readonly number[];
  /** Firings to convert to this version if they belong to another one. */
  readonly late: readonly number[];
  /** Firings to add, or to convert if they belong to another version. */
  readonly times: readonly number[];
}

/** The time at which firings are added, and the start time of the pool that adds them; in seconds since the epoch. */
export interface PeriodicRound {
  readonly now: number;
  readonly startedAt: number;
}

/** A part of a schedule to forget. */
export interface UnscheduleParams {
  readonly id: string;
  /** The beginning of its firings' entries. */
  readonly start: string;
  /** The firings to remove, in seconds since the epoch. */
  readonly times: readonly number[];
  readonly isLast: boolean;
}

// In seconds. Pools add firings every 45 to 75 seconds. A version that no pool has added for two rounds has no pool any
// more; its firings remain longer.
const VERSION_TTL = 150;

/** Scripts for jobs that wait for their time: retries, scheduled jobs, and firings of schedules. */
export class TimedScripts extends ScriptGroup {
  /** Reads due jobs from `retry` or `scheduled`, and makes Redis track the set. */
  due(
    set: 'retry' | 'scheduled',
    { count, bytes = MAX_BYTES_TWICE }: BatchBound,
    watch: boolean,
  ): ScriptCall<DueJobs> {
    return {
      script: dueScript,
      keys: [this.keys[set]],
      args: [this.now(), count, bytes],
      watch,
      decode: (reply) => {
        const [now, next, total, entries] = reply as [Buffer, Buffer, number, Buffer[]];
        const nextAt = next.length === 0 ? undefined : Number(next.toString());
        return {
          entries: entries.map(toRaw),
          areMore: entries.length < total,
          nextIn: nextAt === undefined ? undefined : nextAt * 1000 - Number(now.toString()),
        };
      },
    };
  }

  /**
   * Moves due jobs to their queues, or to the dead jobs.
   *
   * @param ownNames the names that the pool handles; they count as known, whatever Redis says
   */
  requeue(
    set: 'retry' | 'scheduled',
    jobs: readonly RequeueParams[],
    ownNames: ReadonlySet<string> = new Set(),
  ): ScriptCall<RequeueResult> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { raw, jobName, entry, firing, ...rest } of jobs) {
      // An entry may name any key, but only a claim may be deleted.
      const frees = rest.frees && this.keys.isUnique(rest.frees.uniqueKey) ? rest.frees : undefined;
      if (firing) args.push('firing');
      if (frees) args.push('frees');
      args.push(jobName === undefined ? 0 : queues.numberOf(jobName), raw, entry);
      if (firing) args.push(firing.schedule, firing.time, ...this.#firingClaim(firing));
      if (frees) {
        args.push(...this.claimKeys(frees.uniqueKey), this.keys.queue(frees.jobName), frees.id);
      }
    }
    const { names } = queues;
    const { knownJobs, dead, movedFirings } = this.keys;
    const letters = names.map((name) => (ownNames.has(name) ? 'o' : '-')).join('');
    return {
      script: requeueScript,
      keys: [
        ...[this.keys[set], knownJobs, dead, movedFirings],
        ...names.map((name) => this.keys.queue(name)),
      ],
      args: [this.now(), CLAIM_TTL, letters, ...names, ...args],
      decode: (reply) => {
        const [requeued = 0, died = 0, dropped = 0, broken = 0, ...left] = reply as number[];
        const leftNames = left.map((index) => names[index - 1] ?? '');
        return {
          ...{ requeued, dead: died, dropped },
          ...{ broken: leftNames.slice(0, broken), unknown: leftNames.slice(broken) },
        };
      },
    };
  }

  /** Adds firings of schedules; returns how many were new. */
  periodic({ now, startedAt }: PeriodicRound, schedules: readonly Firings[]): ScriptCall<number> {
    const { scheduled, knownJobs, lastFirings, lastPeriodicEnqueue, scheduleVersions } = this.keys;
    return {
      script: periodicScript,
      keys: [scheduled, knownJobs, lastFirings, lastPeriodicEnqueue, scheduleVersions],
      args: [
        ...[now, startedAt, VERSION_TTL, CLOCKS_DIFFER],
        ...schedules.flatMap(({ id, jobName, version, form, wrong, stale, late, times }) => [
          ...[id, jobName, version, form.start, form.rest, wrong],
          ...[stale, late, times].flatMap((list) => [list.length, ...list]),
        ]),
      ],
      decode: Number,
    };
  }

  /** Forgets a schedule in parts; returns the number of removed firings, `undefined` if a pool registers it. */
  unschedule({ id, start, times, isLast }: UnscheduleParams): ScriptCall<number | undefined> {
    const { scheduled, workerPools, prefix } = this.keys;
    const { lastFirings, movedFirings, lastResults, scheduleVersions } = this.keys;
    const named = `"id":${JSON.stringify(id)}`;
    return {
      script: unscheduleScript,
      keys: [scheduled, workerPools, lastFirings, movedFirings, lastResults, scheduleVersions],
      args: [prefix, id, named, start, isLast ? 1 : 0, ...times],
      decode: (reply) => (reply === -1 ? undefined : Number(reply)),
    };
  }

  #firingClaim({ claim }: Firing): string[] {
    const isClaim = claim !== undefined && this.keys.isUnique(claim.uniqueKey);
    return isClaim ? [...this.claimKeys(claim.uniqueKey), claim.id] : ['', '', ''];
  }
}
