import { ATTEMPTS } from '../../attempt.js';
import { pack, unpack } from '../packed.js';
import type { Raw } from '../raw.js';
import { Script, type ScriptCall } from '../script.js';
import { Numbering } from './numbering.js';
import { CLAIM_LASTS, ScriptGroup } from './script-group.js';

const fetchScript = Script.load('fetch');
const settleScript = Script.load('settle', 'free-claim');
const dropScript = Script.load('drop');
const releaseScript = Script.load('release');

/** The scripts that a dispatcher sends together, in this order. */
export const DISPATCHED_SCRIPTS: readonly Script[] = [dropScript, settleScript, fetchScript];

const NO_NOTES: readonly Note[] = [];
const ALL_SETTLED: Settled = { lost: [], refused: [], reason: undefined };

/** How many jobs a round settles, and how many it fetches, at most: scripts block Redis for everybody. */
export const MOST_AT_ONCE = 500;

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

/** What is to be fetched. */
export interface Fetching {
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
}

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

/** What came of settling jobs, which are told by their positions (from 0) in the call. */
export interface Settled {
  /** They were not in progress: somebody else took them, or an earlier call had settled them. */
  readonly lost: readonly number[];
  /** They are still in progress, because Redis refuses to write where they belong, such as a key of the wrong kind. */
  readonly refused: readonly number[];
  /** Why, of the first of them. */
  readonly reason: string | undefined;
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

const NOTHING: Ahead = { wanted: 0, shares: [], from: () => false };

/** Scripts about jobs that are in progress: how they get there, and what becomes of them. */
export class RunningScripts extends ScriptGroup {
  /**
   * Takes up to `wanted` jobs. `jobNames` stand in the order in which to look, with `shares[i]` of the jobs offered
   * to `jobNames[i]` first. With `watch`, Redis watches whatever may bring more jobs; the locks only of the names
   * `atLimit`, because those of others change with every job and mean nothing.
   */
  fetch(fetching: Fetching): ScriptCall<Fetched> {
    const { poolId, wanted, jobNames, shares, watch, atLimit, holding, ahead = NOTHING } = fetching;
    const letterOf = (name: string): string =>
      holding.has(name) ? 'h' : ahead.from(name) ? 'p' : 's';
    const watched = watch ? jobNames.flatMap((name) => this.#watchable(name, atLimit)) : [];
    return {
      script: fetchScript,
      keys: [...jobNames.map((name) => this.keys.queue(name)), ...watched],
      args: [
        ...[poolId, wanted, ahead.wanted, this.keys.prefix, CLAIM_LASTS],
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

  /** Settles jobs. */
  settle(poolId: string, settlements: readonly Settlement[]): ScriptCall<Settled> {
    const queues = new Numbering();
    const args: (Raw | number)[] = [];
    for (const { jobName, raw, move, notes = NO_NOTES } of settlements) {
      args.push(queues.numberOf(jobName), raw, ...this.#moveArgs(move));
      for (const note of notes) args.push(...this.#noteArgs(note));
    }
    const { retry, scheduled, dead } = this.keys;
    return {
      script: settleScript,
      keys: [retry, scheduled, dead, ...queues.names.map((name) => this.keys.queue(name))],
      args: [this.now(), poolId, CLAIM_LASTS, ATTEMPTS.most, ATTEMPTS.keep, ...args],
      decode: (reply) => {
        const [lost, refused, reason] = reply as [number[], number[], Buffer];
        return { lost, refused, reason: refused.length > 0 ? reason.toString() : undefined };
      },
    };
  }

  /**
   * Takes jobs out of progress of which nothing more is to be written: the same as to settle them with a move to
   * nowhere, and cheaper.
   */
  drop(poolId: string, jobs: readonly DroppedJob[]): ScriptCall<Settled> {
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
      keys: [...positions.keys()].map((jobName) => this.keys.queue(jobName)),
      args: [poolId, ...groups.flatMap((group) => [group.length, pack(group.map(rawOf))])],
      decode: (reply) => {
        const gone = reply as number[];
        if (gone.length === 0) return ALL_SETTLED; // Nearly always, and to flatten costs a fiftieth of a drain.
        const order = groups.flat();
        return { ...ALL_SETTLED, lost: gone.flatMap((index) => order[index] ?? []) };
      },
    };
  }

  /** Puts back what a stopping pool still has in progress; returns how many jobs that were. */
  release(poolId: string, jobNames: readonly string[]): ScriptCall<number> {
    return {
      script: releaseScript,
      keys: jobNames.map((name) => this.keys.queue(name)),
      args: [poolId],
      decode: Number,
    };
  }

  #watchable(jobName: string, atLimit: ReadonlySet<string>): string[] {
    const keys = [...this.keys.settingsOf(jobName)];
    return atLimit.has(jobName) ? [...keys, this.keys.lock(jobName)] : keys;
  }

  #moveArgs(move: Move): (Raw | number)[] {
    switch (move.to) {
      case 'nowhere':
        return move.freed === undefined ? ['drop'] : ['free', ...this.claimKeys(move.freed)];
      case 'retry':
        return ['retry', move.entry, move.delay];
      case 'scheduled':
        return ['snooze', move.entry, move.delay];
      case 'dead':
        return move.freed === undefined
          ? ['dead', move.entry]
          : ['bury', move.entry, ...this.claimKeys(move.freed)];
      case 'queue':
        return ['back', move.entry];
    }
  }

  #noteArgs(note: Note): string[] {
    const keys = this.keys;
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
}
