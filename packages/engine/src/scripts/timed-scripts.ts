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

/** What a look at `retry` or `scheduled` found. */
export interface DueJobs {
  readonly entries: readonly Raw[];
  /** Whether more are due than these. */
  readonly areMore: boolean;
  /** Milliseconds until the next entry is due; `undefined` when there is none. */
  readonly nextIn: number | undefined;
}

/** A due entry and what replaces it. */
export interface RequeueParams {
  readonly raw: Raw;
  /** Whose queue it goes to; `undefined` for one that goes to the dead jobs. */
  readonly jobName: string | undefined;
  /** The entry for its queue, or for the dead jobs. */
  readonly entry: Raw;
  /** Of a schedule's firing: which, and its time in seconds. */
  readonly firing?: Firing | undefined;
  /** The claim that ends with a job that goes to the dead jobs, and whose it is. */
  readonly frees?: { readonly uniqueKey: string; readonly jobName: string; readonly id: string };
}

/** What makes a job the firing of a schedule. */
export interface Firing {
  readonly schedule: string;
  /** In seconds since the epoch. */
  readonly time: number;
  /** The claim without which the job is dropped, and the id of the job that claims. */
  readonly claim?: { readonly uniqueKey: string; readonly id: string } | undefined;
}

/** What became of due entries. */
export interface RequeueResult {
  readonly requeued: number;
  readonly dead: number;
  /** Firings of schedules that were moved before, or that would overlap. */
  readonly dropped: number;
  /** Job names whose queue is a key of the wrong kind: their due jobs are due again in a minute. */
  readonly broken: readonly string[];
  /** Job names that no pool knows: their due jobs were left. */
  readonly unknown: readonly string[];
}

/** The changes to a schedule's firings. Times in seconds since the epoch. */
export interface Firings {
  readonly id: string;
  readonly jobName: string;
  /** What their entries begin and end with. */
  readonly form: FiringForm;
  /** Tells whether others make the same of the schedule. */
  readonly version: string;
  /** The last firing so far, if it is to be forgotten; else empty. */
  readonly wrong: string;
  /** To be taken away. */
  readonly stale: readonly number[];
  /** Those of another version become this one's. */
  readonly late: readonly number[];
  /** To be added; those of another version become this one's. */
  readonly times: readonly number[];
}

/** When firings are added: now, and by a pool that has started then; in seconds since the epoch. */
export interface PeriodicRound {
  readonly now: number;
  readonly startedAt: number;
}

/** A part of a schedule to forget. */
export interface UnscheduleParams {
  readonly id: string;
  /** What the entries of its firings begin with. */
  readonly start: string;
  /** The firings to take away, in seconds since the epoch. */
  readonly times: readonly number[];
  readonly isLast: boolean;
}

// In seconds. Pools add firings every 45 to 75 seconds. A version that none of them has added for two rounds has no pool
// any more; its firings last longer.
const VERSION_TTL = 150;

/** Scripts about jobs that wait for their time: retries, scheduled jobs, and firings of schedules. */
export class TimedScripts extends ScriptGroup {
  /** Looks for due jobs in `retry` or `scheduled`, and has the set watched. */
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
   * Moves due jobs to their queues, or those without one to the dead jobs.
   *
   * @param ownNames those that the pool handles: they are known, whatever Redis says
   */
  requeue(
    set: 'retry' | 'scheduled',
    jobs: readonly RequeueParams[],
    ownNames: ReadonlySet<string> = new Set(),
  ): ScriptCall<RequeueResult> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { raw, jobName, entry, firing, ...rest } of jobs) {
      // An entry may name any key, and has none but a claim deleted.
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

  /** Adds firings of schedules; returns how many are new. */
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

  /** Forgets a schedule, a part at a time; returns how many firings were taken away, `undefined` if a pool registers it. */
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
