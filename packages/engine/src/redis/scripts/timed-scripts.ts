import { toRaw, type Raw } from '../raw.js';
import { Script, type ScriptCall } from '../script.js';
import { Numbering } from './numbering.js';
import { CLAIM_LASTS, ScriptGroup } from './script-group.js';

const dueScript = Script.load('due');
const requeueScript = Script.load('requeue');
const periodicScript = Script.load('periodic');

/** What a look at `retry` or `scheduled` found. */
export interface DueJobs {
  readonly entries: readonly Raw[];
  /** Milliseconds until the next entry is due; `undefined` when there is none. */
  readonly nextIn: number | undefined;
}

/** A due entry and what to write instead of it. */
export interface Requeueing {
  readonly raw: Raw;
  /** Whose queue it goes to; `undefined` for one that goes to the dead jobs. */
  readonly jobName: string | undefined;
  /** The entry for its queue, or for the dead jobs. */
  readonly entry: Raw;
  /** Of a schedule's firing: which, and its time in seconds. */
  readonly firing?: Firing | undefined;
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
export interface Requeued {
  readonly requeued: number;
  readonly dead: number;
  /** Firings of schedules that were moved before, or that would overlap. */
  readonly dropped: number;
  /** Job names that nobody knows: what is due of them was left. */
  readonly unknown: readonly string[];
}

/** Firings of a schedule to be added. Times in seconds since the epoch. */
export interface Firings {
  readonly id: string;
  readonly jobName: string;
  /** The last firing so far, if it is to be forgotten; else empty. */
  readonly wrong: string;
  /** Entries to take away. */
  readonly stale: readonly string[];
  readonly firings: readonly { readonly time: number; readonly entry: string }[];
}

/** Scripts about jobs that wait for their time: retries, scheduled jobs, and firings of schedules. */
export class TimedScripts extends ScriptGroup {
  /** Looks for due jobs in `retry` or `scheduled`, and has the set watched. */
  due(set: 'retry' | 'scheduled', limit: number, watch: boolean): ScriptCall<DueJobs> {
    return {
      script: dueScript,
      keys: [this.keys[set]],
      args: [this.now(), limit],
      watch,
      decode: (reply) => {
        const [now, next, entries] = reply as [Buffer, Buffer, Buffer[]];
        const nextAt = next.length === 0 ? undefined : Number(next.toString());
        return {
          entries: entries.map(toRaw),
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
    requeueings: readonly Requeueing[],
    ownNames: ReadonlySet<string> = new Set(),
  ): ScriptCall<Requeued> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { raw, jobName, entry, firing } of requeueings) {
      if (firing) args.push('firing');
      args.push(jobName === undefined ? 0 : queues.numberOf(jobName), raw, entry);
      if (firing) args.push(firing.schedule, firing.time, ...this.#firingClaim(firing));
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
      args: [this.now(), CLAIM_LASTS, letters, ...names, ...args],
      decode: (reply) => {
        const [requeued = 0, died = 0, dropped = 0, ...unknown] = reply as number[];
        return {
          ...{ requeued, dead: died, dropped },
          unknown: unknown.map((index) => names[index - 1] ?? ''),
        };
      },
    };
  }

  /** Adds firings of schedules; returns how many are new. `now` in seconds. */
  periodic(now: number, schedules: readonly Firings[]): ScriptCall<number> {
    const { scheduled, knownJobs, lastFirings, lastPeriodicEnqueue } = this.keys;
    return {
      script: periodicScript,
      keys: [scheduled, knownJobs, lastFirings, lastPeriodicEnqueue],
      args: [
        now,
        ...schedules.flatMap(({ id, jobName, wrong, stale, firings }) => [
          ...[id, jobName, wrong, stale.length, ...stale, firings.length],
          ...firings.flatMap(({ time, entry }) => [time, entry]),
        ]),
      ],
      decode: Number,
    };
  }

  #firingClaim({ claim }: Firing): string[] {
    return claim ? [...this.claimKeys(claim.uniqueKey), claim.id] : ['', '', ''];
  }
}
