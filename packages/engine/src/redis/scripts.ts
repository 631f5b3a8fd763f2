import { ATTEMPTS } from '../attempt.js';
import type { Clock } from '../clock.js';
import { RESOLUTIONS } from '../metrics/metrics.js';
import type { Tally } from '../metrics/tally.js';
import type { Keys } from './keys.js';
import { pack, unpack } from './packed.js';
import { toRaw, type Raw } from './raw.js';
import { Script, type ScriptCall } from './script.js';

const fetchScript = Script.load('fetch');
const settleScript = Script.load('settle');
const dropScript = Script.load('drop');
const scheduleScript = Script.load('schedule');
const claimScript = Script.load('claim');
const dueScript = Script.load('due');
const requeueScript = Script.load('requeue');
const beatScript = Script.load('beat');
const releaseScript = Script.load('release');
const lookScript = Script.load('look');
const reapScript = Script.load('reap');
const buryScript = Script.load('bury');
const periodicScript = Script.load('periodic');
const reviveScript = Script.load('revive');
const removeScript = Script.load('remove');
const killScript = Script.load('kill');
const queuesScript = Script.load('queues');
const hashesScript = Script.load('hashes');
const fieldScript = Script.load('field');
const inspectScript = Script.load('inspect');
const forgetScript = Script.load('forget');
const recordScript = Script.load('record');
const rebuildScript = Script.load('rebuild');
const markScript = Script.load('mark');
const markedScript = Script.load('marked');
const findScript = Script.load('find');

/** The scripts that a dispatcher sends together, in this order. */
export const DISPATCHED_SCRIPTS: readonly Script[] = [dropScript, settleScript, fetchScript];

// gocraft/work's claims last so long; ours also outlast a schedule by it. In milliseconds.
const CLAIM_LASTS = 24 * 3600 * 1000;

// In bytes: whole entries mostly; of a longer one, the time at its beginning.
const ENTRY_HEAD = 4_096;

/** Milliseconds that what is carried to a job is kept beyond its run time or its last retry. */
export const CARRIER_LASTS = 24 * 3600 * 1000;

const NO_NOTES: readonly Note[] = [];

// Longer than a job that kills its processes takes to do so a few times. In milliseconds.
const DEATHS_LAST = 7 * 24 * 3600 * 1000;

// For so long no jobs of a reaped name are fetched ahead: one of them may kill its process again, and what is
// in progress beside it would be counted as its cause. In milliseconds.
const REAPED_LASTS = 10 * 60 * 1000;

// A mark goes when its job is settled; one whose job never comes is forgotten after a day. In milliseconds.
const MARK_LASTS = 24 * 3600 * 1000;

/** A job as it was taken from its queue. */
export interface FetchedEntry {
  readonly jobName: string;
  readonly raw: Raw;
  /** It was cancelled, and is not to be run. */
  readonly isCancelled?: boolean;
}

/** How many jobs are wanted ahead. */
export interface Ahead {
  readonly wanted: number;
  /** How many of them are offered to each name first. */
  readonly shares: readonly number[];
  /** Whether the name's jobs may be taken ahead. */
  readonly from: (jobName: string) => boolean;
}

const NOTHING: Ahead = { wanted: 0, shares: [], from: () => false };

/** What a fetch found. */
export interface Fetched {
  readonly entries: readonly FetchedEntry[];
  /** The names whose limit kept jobs back. */
  readonly atLimit: ReadonlySet<string>;
}

/** What is to be written about a job that was in progress. */
export interface Settlement {
  /** The name of the queue it was fetched from. */
  readonly jobName: string;
  /** The entry exactly as it was fetched. */
  readonly raw: Raw;
  readonly move: Move;
  /** What else is to be remembered of it. */
  readonly notes?: readonly Note[];
}

/** A job of which nothing is to be written but that it is no longer in progress. */
export interface DroppedJob {
  /** The name of the queue it was fetched from. */
  readonly jobName: string;
  /** The entry exactly as it was fetched. */
  readonly raw: string;
}

/** Something to remember of a job beside its entry. */
export type Note =
  | { readonly kind: 'attempt'; readonly jobId: string; readonly text: string }
  | { readonly kind: 'forget'; readonly jobId: string }
  | { readonly kind: 'unmark'; readonly jobId: string }
  | { readonly kind: 'result'; readonly schedule: string; readonly text: string }
  /** What is carried to it lasts for `milliseconds` from now. */
  | { readonly kind: 'renew carrier'; readonly jobId: string; readonly milliseconds: number }
  | { readonly kind: 'forget carrier'; readonly jobId: string };

/** Where an entry goes when its run has ended. Delays in whole seconds. `freed` is the unique key whose claim ends. */
export type Move =
  | { readonly to: 'nowhere'; readonly freed?: string | undefined }
  | { readonly to: 'retry' | 'scheduled'; readonly entry: Raw; readonly delay: number }
  | { readonly to: 'dead'; readonly entry: Raw; readonly freed?: string | undefined }
  | { readonly to: 'queue'; readonly entry: Raw };

/** What is carried to a job, as text. */
export interface Carrier {
  readonly jobId: string;
  readonly text: string;
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

/** What a look at `retry` or `scheduled` found. */
export interface DueJobs {
  readonly entries: readonly Raw[];
  /** Milliseconds until the next entry is due; `undefined` when there is none. */
  readonly nextIn: number | undefined;
}

/** A pool as a reaper sees it. Times in seconds since the epoch. */
export interface PoolSighting {
  readonly id: string;
  readonly heartbeatAt: number | undefined;
  /** `undefined` where its heartbeat does not tell. */
  readonly jobNames: readonly string[] | undefined;
  /** Since when it shows no heartbeat. */
  readonly suspectedSince: number | undefined;
}

/** What a reaper saw. */
export interface Look {
  /** Seconds since the epoch. */
  readonly now: number;
  readonly pools: readonly PoolSighting[];
}

/** A job of a dead pool. */
export interface Reaping {
  readonly raw: Raw;
  /** Under this id its processes' deaths are counted; `undefined` for an entry that is no job: it is only put back. */
  readonly jobId: string | undefined;
  /** The entry for the dead jobs, should too many processes have died under it. */
  readonly deadEntry: Raw;
  /** Its attempt that ended with the process, as it is remembered. */
  readonly attempt: string;
}

/** What came of a dead pool's jobs of a name. */
export interface Reaped {
  readonly requeued: number;
  readonly dead: number;
  readonly left: number;
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
  /** Job names that nobody ever knew: what is due of them was left. */
  readonly unknown: readonly string[];
}

/** A job to be moved to its queue now. */
export interface Reviving {
  readonly raw: Raw;
  readonly jobName: string;
  readonly jobId: string;
  /** The entry for its queue. */
  readonly entry: Raw;
  /** The unique key that it must claim first. */
  readonly uniqueKey: string | undefined;
}

/**
 * What became of a job that was to be enqueued now: it was; it is not there (any more); another like it waits; or
 * nobody ever knew its name. In the last two cases it stays where it is.
 */
export type Revived = 'moved' | 'gone' | 'duplicate' | 'unknown';

/** A job to be removed. */
export interface Removing {
  readonly raw: Raw;
  /** Empty for an entry that is no job. */
  readonly jobName: string;
  readonly jobId: string;
  /** The unique key whose claim ends with it. */
  readonly uniqueKey: string | undefined;
}

/** An entry that was found. */
export interface FoundEntry {
  /** The sorted set or list in which it stands. */
  readonly key: string;
  /** How many stand before it: later ones of a set, in a list those that were put after it. */
  readonly rank: number;
  readonly raw: Raw;
}

/** What a look for entries came to. */
export interface Findings {
  readonly found: readonly FoundEntry[];
  /** Where to go on; `undefined` at the end. */
  readonly next: { readonly keys: readonly string[]; readonly rank: number } | undefined;
}

/** A queue as a client reads it. */
export interface QueueReading {
  readonly jobName: string;
  readonly waiting: number;
  /** The entry that is taken next, or the beginning of a long one. */
  readonly next: Buffer | undefined;
  readonly lock: string;
  readonly limit: string;
  /** Milliseconds until the pause ends; -1 for one that does not end, -2 for none. */
  readonly pause: number;
}

/** What the lock of a name says, and what is so. */
export interface LockReading {
  readonly jobName: string;
  readonly lock: number;
  /** What the pools' shares of the lock add up to. */
  readonly shares: number;
  readonly running: number;
  /** Of those that run: how many in pools that are not registered. */
  readonly orphaned: number;
}

/** How to kill a job: as it is removed, and the entry for the dead jobs. */
export interface Killing extends Removing {
  readonly deadEntry: Raw;
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

/**
 * One method a script: it alone knows the order of keys and arguments, and reads the reply.
 */
export class Scripts {
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(keys: Keys, clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  /**
   * Takes up to `wanted` jobs. `jobNames` stand in the order in which to look, with `shares[i]` of the jobs offered
   * to `jobNames[i]` first. With `watch`, Redis watches whatever may bring more jobs; the locks only of the names
   * `atLimit`, because those of others change with every job and mean nothing.
   */
  fetch(params: {
    readonly poolId: string;
    readonly wanted: number;
    readonly jobNames: readonly string[];
    readonly shares: readonly number[];
    readonly watch: boolean;
    readonly atLimit: ReadonlySet<string>;
    /** The names whose unique jobs hold their claims until they are done. */
    readonly holding: ReadonlySet<string>;
    /** What is wanted beyond that, for workers that are not idle yet. */
    readonly ahead?: Ahead;
  }): ScriptCall<Fetched> {
    const { poolId, wanted, jobNames, shares, watch, atLimit, holding, ahead = NOTHING } = params;
    const letterOf = (name: string): string =>
      holding.has(name) ? 'h' : ahead.from(name) ? 'p' : 's';
    const watched = watch ? jobNames.flatMap((name) => this.#watchable(name, atLimit)) : [];
    return {
      script: fetchScript,
      keys: [...jobNames.map((name) => this.#keys.queue(name)), ...watched],
      args: [
        ...[poolId, wanted, ahead.wanted, this.#keys.prefix, CLAIM_LASTS],
        jobNames.map(letterOf).join(''),
        ...shares,
        ...ahead.shares,
      ],
      watch,
      decode: (reply) => {
        const [full, ...groups] = reply as [number[], ...[number, number, Buffer][]];
        const nameOf = (index: number): string => jobNames[index - 1] ?? '';
        const entries: FetchedEntry[] = [];
        for (const [index, count, packed] of groups) {
          const [jobName, isCancelled] = [nameOf(Math.abs(index)), index < 0];
          for (const raw of unpack(packed, count)) entries.push({ jobName, raw, isCancelled });
        }
        return { entries, atLimit: new Set(full.map(nameOf)) };
      },
    };
  }

  /** Settles jobs; returns the positions of those that were no longer in progress. */
  settle(poolId: string, settlements: readonly Settlement[]): ScriptCall<number[]> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { jobName, raw, move, notes = NO_NOTES } of settlements) {
      args.push(queues.numberOf(jobName), raw, ...this.#moveArgs(move));
      for (const note of notes) args.push(...this.#noteArgs(note));
    }
    const { retry, scheduled, dead } = this.#keys;
    return {
      script: settleScript,
      keys: [retry, scheduled, dead, ...queues.names.map((name) => this.#keys.queue(name))],
      args: [this.#now(), poolId, CLAIM_LASTS, ATTEMPTS.most, ATTEMPTS.keep, ...args],
      decode: (reply) => reply as number[],
    };
  }

  /**
   * Takes jobs out of progress of which nothing more is to be written: the same as to settle them with a move to
   * nowhere, and cheaper. Returns the positions of those that were no longer in progress.
   */
  drop(poolId: string, jobs: readonly DroppedJob[]): ScriptCall<number[]> {
    const positions = new Map<string, number[]>();
    for (const [position, { jobName }] of jobs.entries()) {
      const ofName = positions.get(jobName);
      if (ofName) ofName.push(position);
      else positions.set(jobName, [position]);
    }
    const groups = [...positions.values()];
    const rawOf = (position: number): string => jobs[position]?.raw ?? '';
    return {
      script: dropScript,
      keys: [...positions.keys()].map((jobName) => this.#keys.queue(jobName)),
      args: [poolId, ...groups.flatMap((group) => [group.length, pack(group.map(rawOf))])],
      decode: (reply) => {
        const lost = reply as number[];
        if (lost.length === 0) return lost; // Nearly always, and to flatten costs a fiftieth of a drain.
        const order = groups.flat();
        return lost.flatMap((index) => order[index] ?? []);
      },
    };
  }

  /** Schedules jobs; returns their run times in seconds since the epoch. */
  schedule(schedulings: readonly Scheduling[]): ScriptCall<number[]> {
    return {
      script: scheduleScript,
      keys: [this.#keys.scheduled, this.#keys.knownJobs],
      args: [
        this.#now(),
        CARRIER_LASTS,
        ...schedulings.flatMap(({ jobName, id, entry, when, carrier }) => [
          ...[jobName, entry, ...whenArgs(when)],
          ...(carrier ? [carrier, this.#keys.carrier(id)] : ['', '']),
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
        this.#keys.scheduled,
        this.#keys.knownJobs,
        ...claimings.flatMap(({ jobName, uniqueKey }) => [
          this.#keys.queue(jobName),
          uniqueKey,
          this.#keys.uniqueOwner(uniqueKey),
        ]),
      ],
      args: [
        this.#now(),
        CLAIM_LASTS,
        this.#keys.carrierPrefix,
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

  /** Looks for due jobs in `retry` or `scheduled`, and has the set watched. */
  due(set: 'retry' | 'scheduled', limit: number, watch: boolean): ScriptCall<DueJobs> {
    return {
      script: dueScript,
      keys: [this.#keys[set]],
      args: [this.#now(), limit],
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

  /** Moves due jobs to their queues, or those without one to the dead jobs. */
  requeue(set: 'retry' | 'scheduled', requeueings: readonly Requeueing[]): ScriptCall<Requeued> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { raw, jobName, entry, firing } of requeueings) {
      if (firing) args.push('firing');
      args.push(jobName === undefined ? 0 : queues.numberOf(jobName), raw, entry);
      if (firing) args.push(firing.schedule, firing.time, ...this.#firingClaim(firing));
    }
    const { names } = queues;
    const { knownJobs, dead, movedFirings } = this.#keys;
    return {
      script: requeueScript,
      keys: [
        ...[this.#keys[set], knownJobs, dead, movedFirings],
        ...names.map((name) => this.#keys.queue(name)),
      ],
      args: [this.#now(), CLAIM_LASTS, ...names, ...args],
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
    const { scheduled, knownJobs, lastFirings, lastPeriodicEnqueue } = this.#keys;
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

  /** Beats for a pool; `fields` stand in its heartbeat beside the times. */
  beat(poolId: string, fields: Readonly<Record<string, string | number>>): ScriptCall<void> {
    return {
      script: beatScript,
      keys: [this.#keys.workerPools, this.#keys.heartbeat(poolId)],
      args: [this.#now(), poolId, ...Object.entries(fields).flat()],
      decode: () => undefined,
    };
  }

  /** Puts back what a stopping pool still has in progress; returns how many jobs that were. */
  release(poolId: string, jobNames: readonly string[]): ScriptCall<number> {
    return {
      script: releaseScript,
      keys: jobNames.map((name) => this.#keys.queue(name)),
      args: [poolId],
      decode: Number,
    };
  }

  /** Reads how all pools are; `undefined` if it was another reaper's turn. `turn` in milliseconds, 0 for in any case. */
  look(poolId: string, turn: number): ScriptCall<Look | undefined> {
    const { workerPools, knownJobs, suspects, reaperTurn, prefix } = this.#keys;
    return {
      script: lookScript,
      keys: [workerPools, knownJobs, suspects, reaperTurn],
      args: [this.#now(), prefix, poolId, turn],
      decode: (reply) => {
        if (reply === null) return undefined;
        const [now, ...pools] = reply as [number, ...Buffer[][]];
        return { now, pools: pools.map((fields) => sighting(fields.map(String))) };
      },
    };
  }

  /** Takes the jobs of a name, the newest first, from a dead pool; `undefined` if it is alive. */
  reap(
    poolId: string,
    jobName: string,
    reapings: readonly Reaping[],
    limits: { readonly deadAfter: number; readonly maxDeaths: number },
  ): ScriptCall<Reaped | undefined> {
    const keys = this.#keys;
    return {
      script: reapScript,
      keys: [
        keys.heartbeat(poolId),
        keys.queue(jobName),
        keys.inProgress(jobName, poolId),
        keys.lockInfo(jobName),
        keys.lock(jobName),
        keys.dead,
        keys.reaped(jobName),
        ...reapings.map(({ jobId }) => keys.deaths(jobId ?? '')),
      ],
      args: [
        this.#now(),
        poolId,
        limits.deadAfter,
        limits.maxDeaths,
        DEATHS_LAST,
        ATTEMPTS.most,
        ATTEMPTS.keep,
        REAPED_LASTS,
        ...reapings.flatMap(({ raw, jobId, deadEntry, attempt }) => [
          raw,
          jobId === undefined ? '' : deadEntry,
          keys.attempts(jobId ?? ''),
          attempt,
        ]),
      ],
      decode: (reply) => {
        if (reply === null) return undefined;
        const [requeued = 0, dead = 0, left = 0] = reply as number[];
        return { requeued, dead, left };
      },
    };
  }

  /** Takes a dead pool off the books; false if it is alive. */
  bury(poolId: string, deadAfter: number): ScriptCall<boolean> {
    const { workerPools, suspects, prefix } = this.#keys;
    return {
      script: buryScript,
      keys: [workerPools, this.#keys.heartbeat(poolId), suspects],
      args: [this.#now(), poolId, deadAfter, prefix],
      decode: (reply) => reply === 1,
    };
  }

  /** Rebuilds the locks of names; returns how many were wrong. */
  rebuild(jobNames: readonly string[], poolId?: string): ScriptCall<number> {
    return {
      script: rebuildScript,
      keys: [this.#keys.workerPools, ...jobNames.map((name) => this.#keys.queue(name))],
      args: [poolId ?? ''],
      decode: Number,
    };
  }

  /** Moves jobs to their queues now. */
  revive(
    set: 'retry' | 'scheduled' | 'dead',
    revivings: readonly Reviving[],
  ): ScriptCall<Revived[]> {
    const queues = new Numbering();
    const args = revivings.flatMap(({ raw, jobName, jobId, entry, uniqueKey }) => [
      ...[queues.numberOf(jobName), jobName, raw, entry],
      ...(uniqueKey === undefined ? ['', ''] : this.#claim(uniqueKey)),
      ...[jobId, this.#keys.deaths(jobId)],
    ]);
    return {
      script: reviveScript,
      keys: [
        this.#keys[set],
        this.#keys.knownJobs,
        this.#keys.cancelled,
        ...queues.names.map((name) => this.#keys.queue(name)),
      ],
      args: [CLAIM_LASTS, ...args],
      decode: (reply) => (reply as Buffer[]).map((result) => result.toString() as Revived),
    };
  }

  /**
   * Removes jobs from a sorted set, or from a queue: there, those that stand among the first `depth` from where jobs are
   * taken (`right`) or put (`left`). Returns which of them were there.
   */
  remove(
    key: string,
    from: 'set' | { readonly side: 'left' | 'right'; readonly depth: number },
    removings: readonly Removing[],
  ): ScriptCall<boolean[]> {
    return {
      script: removeScript,
      keys: [key],
      args: [
        ...(from === 'set' ? ['set', ''] : [`queue ${from.side}`, from.depth]),
        CLAIM_LASTS,
        ...removings.flatMap((removing) => [
          ...[removing.raw, ...this.#heldClaim(removing)],
          ...[this.#keys.deaths(removing.jobId), this.#keys.attempts(removing.jobId)],
        ]),
      ],
      decode: flags,
    };
  }

  /** Moves jobs that wait for their time to the dead ones; returns which of them were there. */
  kill(set: 'retry' | 'scheduled', killings: readonly Killing[]): ScriptCall<boolean[]> {
    return {
      script: killScript,
      keys: [this.#keys[set], this.#keys.dead],
      args: [
        ...[this.#now(), CLAIM_LASTS],
        ...killings.flatMap((killing) => [
          killing.raw,
          killing.deadEntry,
          ...this.#heldClaim(killing),
        ]),
      ],
      decode: flags,
    };
  }

  /** Marks a job as cancelled; returns false if it was before. */
  mark(jobId: string): ScriptCall<boolean> {
    return {
      script: markScript,
      keys: [this.#keys.cancelled],
      args: [this.#now(), MARK_LASTS, jobId],
      decode: (reply) => reply === 1,
    };
  }

  /** Tells which jobs are marked as cancelled, and has the marks watched. */
  marked(jobIds: readonly string[], watch: boolean): ScriptCall<ReadonlySet<string>> {
    return {
      script: markedScript,
      keys: [this.#keys.cancelled],
      args: jobIds,
      watch,
      decode: (reply) => new Set((reply as Buffer[]).map(String)),
    };
  }

  /**
   * Looks for entries with any of the `texts` in them, in sorted sets and lists one after the other, passing over the
   * first `rank` of the first.
   */
  find(keys: readonly string[], rank: number, texts: readonly string[]): ScriptCall<Findings> {
    return {
      script: findScript,
      keys,
      args: [rank, ...texts],
      decode: (reply) => {
        const [index, nextRank, ...flat] = reply as [number, number, ...(number | Buffer)[]];
        const next = index === 0 ? undefined : { keys: keys.slice(index - 1), rank: nextRank };
        const found = Array.from({ length: flat.length / 3 }, (_, i) => ({
          key: keys[Number(flat[3 * i]) - 1] ?? '',
          rank: Number(flat[3 * i + 1]),
          raw: toRaw(flat[3 * i + 2] as Buffer),
        }));
        return { found, next };
      },
    };
  }

  /** Reads how queues are. */
  queues(jobNames: readonly string[]): ScriptCall<QueueReading[]> {
    return {
      script: queuesScript,
      keys: jobNames.map((name) => this.#keys.queue(name)),
      args: [ENTRY_HEAD],
      decode: (reply) =>
        (reply as [number, Buffer, Buffer, Buffer, number][]).map(
          ([waiting, next, lock, limit, pause], index) => ({
            ...{ jobName: jobNames[index] ?? '', waiting, pause },
            ...{ next: next.length > 0 ? next : undefined },
            ...{ lock: lock.toString(), limit: limit.toString() },
          }),
        ),
    };
  }

  /** Reads hashes, by the names under which they are asked for; what does not exist is not there. */
  hashes(
    keys: ReadonlyMap<string, string>,
  ): ScriptCall<Map<string, Readonly<Record<string, string>>>> {
    const names = [...keys.keys()];
    return {
      script: hashesScript,
      keys: [...keys.values()],
      args: [],
      decode: (reply) =>
        new Map(
          (reply as [number, ...Buffer[]][]).map(([index, ...flat]) => [
            names[index - 1] ?? '',
            record(flat),
          ]),
        ),
    };
  }

  /** Reads one field of several hashes; empty where it is not there. */
  field(keys: readonly string[], field: string): ScriptCall<string[]> {
    return {
      script: fieldScript,
      keys,
      args: [field],
      decode: (reply) => (reply as Buffer[]).map(String),
    };
  }

  /** Compares the locks of names with what is in progress. */
  inspect(jobNames: readonly string[]): ScriptCall<LockReading[]> {
    return {
      script: inspectScript,
      keys: [this.#keys.workerPools, ...jobNames.map((name) => this.#keys.queue(name))],
      args: [],
      decode: (reply) =>
        (reply as [Buffer, number, number, number][]).map(
          ([lock, shares, running, orphaned], index) => ({
            ...{ jobName: jobNames[index] ?? '', lock: Number(lock.toString()) },
            ...{ shares, running, orphaned },
          }),
        ),
    };
  }

  /** Forgets a job name, unless there are jobs of it; returns how many wait and how many are in progress. */
  forget(jobName: string): ScriptCall<{ waiting: number; inProgress: number }> {
    const keys = this.#keys;
    return {
      script: forgetScript,
      keys: [
        keys.knownJobs,
        keys.queue(jobName),
        keys.paused(jobName),
        keys.lock(jobName),
        keys.lockInfo(jobName),
        keys.maxConcurrency(jobName),
      ],
      args: [jobName],
      decode: (reply) => {
        const [waiting = 0, inProgress = 0] = reply as number[];
        return { waiting, inProgress };
      },
    };
  }

  /** Adds to the counters of now, by job name. */
  record(tallies: ReadonlyMap<string, Tally>): ScriptCall<void> {
    return {
      script: recordScript,
      keys: [],
      args: [
        this.#now(),
        this.#keys.metricsPrefix,
        RESOLUTIONS.length,
        ...RESOLUTIONS.flatMap(({ seconds, keep }) => [seconds, keep]),
        ...[...tallies].flatMap(([jobName, tally]) => [jobName, tally.toText()]),
      ],
      decode: () => undefined,
    };
  }

  #watchable(jobName: string, atLimit: ReadonlySet<string>): string[] {
    const keys = [...this.#keys.settingsOf(jobName)];
    return atLimit.has(jobName) ? [...keys, this.#keys.lock(jobName)] : keys;
  }

  #moveArgs(move: Move): (Raw | number)[] {
    switch (move.to) {
      case 'nowhere':
        return move.freed === undefined ? ['drop'] : ['free', ...this.#claim(move.freed)];
      case 'retry':
        return ['retry', move.entry, move.delay];
      case 'scheduled':
        return ['snooze', move.entry, move.delay];
      case 'dead':
        return move.freed === undefined
          ? ['dead', move.entry]
          : ['bury', move.entry, ...this.#claim(move.freed)];
      case 'queue':
        return ['back', move.entry];
    }
  }

  #noteArgs(note: Note): string[] {
    const keys = this.#keys;
    switch (note.kind) {
      case 'attempt':
        return ['attempt', keys.attempts(note.jobId), note.text];
      case 'forget':
        return ['forget', keys.attempts(note.jobId)];
      case 'unmark':
        return ['unmark', keys.cancelled, note.jobId];
      case 'result':
        return ['result', keys.lastResults, note.schedule, note.text];
      case 'renew carrier':
        return ['renew', keys.carrier(note.jobId), String(note.milliseconds)];
      case 'forget carrier':
        return ['forget', keys.carrier(note.jobId)];
    }
  }

  #heldClaim({ uniqueKey, jobName, jobId }: Removing): string[] {
    if (uniqueKey === undefined) return ['', '', '', ''];
    return [...this.#claim(uniqueKey), this.#keys.queue(jobName), jobId];
  }

  #firingClaim({ claim }: Firing): string[] {
    return claim ? [...this.#claim(claim.uniqueKey), claim.id] : ['', '', ''];
  }

  #claim(uniqueKey: string): [string, string] {
    return [uniqueKey, this.#keys.uniqueOwner(uniqueKey)];
  }

  #now(): number | '' {
    return this.#clock.scriptTime() ?? '';
  }
}

function whenArgs(when: Scheduling['when']): [string, number] {
  return 'in' in when ? ['in', when.in] : ['at', when.at];
}

/** @param flat fields and values, by turns */
function record(flat: readonly (Buffer | string)[]): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, i) => [
      String(flat[2 * i]),
      String(flat[2 * i + 1]),
    ]),
  );
}

function flags(reply: unknown): boolean[] {
  return (reply as number[]).map((flag) => flag === 1);
}

function sighting([id = '', heartbeatAt, jobNames, since]: string[]): PoolSighting {
  return {
    id,
    heartbeatAt: heartbeatAt ? Number(heartbeatAt) : undefined,
    jobNames: jobNames ? jobNames.split(',') : undefined,
    suspectedSince: since ? Number(since) : undefined,
  };
}

/** Numbers names from 1 in the order in which they are first met: the scripts' way to say which queue. */
class Numbering {
  readonly #numbers = new Map<string, number>();

  get names(): string[] {
    return [...this.#numbers.keys()];
  }

  numberOf(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size + 1;
    this.#numbers.set(name, number);
    return number;
  }
}
