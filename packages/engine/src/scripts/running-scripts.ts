import { ATTEMPTS } from '../job/attempt.js';
import type { UniqueUntil } from '../job/job-type.js';
import { FINGERPRINT_BYTES } from './fingerprint.js';
import { MOST_PACKED, pack, unpack } from '../redis/packed.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { Script, CommandCall, ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { Numbering } from './numbering.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';
import { type HeldClaim } from '../job/held-claim.js';

const fetchScript = loadScript('fetch', 'claims');
const settleScript = loadScript('settle', 'claims');
const dropScript = loadScript('drop');
const releaseScript = loadScript('release', 'set-share');
const fingerprintsScript = loadScript('fingerprints', 'read-some');
const renewScript = loadScript('renew', 'claims');

/** The scripts that a dispatcher sends together, in this order. */
export const DISPATCHED_SCRIPTS: readonly Script[] = [dropScript, settleScript, fetchScript];

const NO_NOTES: readonly Note[] = [];
const ALL_SETTLED: Settled = { lost: [], refused: [], reason: undefined };

/** How many jobs a round settles, and how many it fetches, at most: scripts block Redis for everybody. */
export const MOST_AT_ONCE = 500;

/**
 * How many bytes of entries: one that is larger is fetched by itself. Two rounds are under way, so that Redis moves the next
 * long jobs while Node reads the last; in larger ones they would wait for each other.
 */
export const MOST_BYTES_AT_ONCE = 512 * 1024;

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
  /** How long the unique jobs of a name hold their claims. */
  readonly uniqueUntil: (jobName: string) => UniqueUntil;
  /** Whether the entries of a name are long; default: none are. */
  readonly isLong?: (jobName: string) => boolean;
  /** What is wanted beyond that, for workers that are not idle yet. */
  readonly ahead?: Ahead;
}

/** What a fetch found. */
export interface Fetched {
  readonly entries: readonly FetchedEntry[];
  /** The names whose limit kept jobs back. */
  readonly atLimit: ReadonlySet<string>;
  /** Jobs that may be taken were left because of their size. */
  readonly isCut: boolean;
  /** Why Redis lets nothing be taken from some queues, such as for a key of the wrong kind. */
  readonly refusals: readonly Error[];
  readonly open: OpenQueues;
}

/** The queues of long entries from which plain commands may move jobs. */
export interface OpenQueues {
  /** By job name: how many jobs wait. */
  readonly waiting: ReadonlyMap<string, number>;
  /** Whether jobs may be moved ahead of the workers that are to run them. */
  readonly ahead: boolean;
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
  /** The entry exactly as it was fetched; a long one, or one that is no text, has a command of its own. */
  readonly raw: string;
}

/** An entry in progress, as an audit sees it. */
export interface EntrySighting {
  /** Its index in the list, counted from the end: below 0. Entries come and go at the beginning. */
  readonly place: number;
  /** In bytes. */
  readonly size: number;
  readonly fingerprint: string;
}

/** Some of the entries that a pool has in progress. */
export interface FingerprintPage {
  /** How many there are in all. */
  readonly total: number;
  readonly sightings: readonly EntrySighting[];
}

/** Something to remember of a job beside its entry. */
export type Note =
  | { readonly kind: 'attempt'; readonly jobId: string; readonly text: string }
  | { readonly kind: 'forget'; readonly jobId: string }
  | { readonly kind: 'forget deaths'; readonly jobId: string }
  | { readonly kind: 'unmark'; readonly jobId: string }
  | { readonly kind: 'result'; readonly schedule: string; readonly text: string }
  /** What is carried to it lasts for `milliseconds` from now. */
  | { readonly kind: 'renew carrier'; readonly jobId: string; readonly milliseconds: number }
  /** Its claim lasts for `milliseconds` from now. */
  | { readonly kind: 'renew claim'; readonly claim: HeldClaim; readonly milliseconds: number }
  | { readonly kind: 'forget carrier'; readonly jobId: string };

/** Where an entry goes when its run has ended. Delays in whole seconds. `freed` is the claim that ends. */
export type Move =
  | { readonly to: 'nowhere'; readonly freed?: HeldClaim | undefined }
  | { readonly to: 'retry'; readonly entry: Raw; readonly delay: number }
  | { readonly to: 'dead'; readonly entry: Raw; readonly freed?: HeldClaim | undefined }
  /** As it is. */
  | { readonly to: 'scheduled'; readonly delay: number }
  | { readonly to: 'queue' };

const NOTHING: Ahead = { wanted: 0, shares: [], from: () => false };

/** Scripts about jobs that are in progress: how they get there, and what becomes of them. */
export class RunningScripts extends ScriptGroup {
  /**
   * Takes up to `wanted` jobs. `jobNames` stand in the order in which to look, with `shares[i]` of the jobs offered
   * to `jobNames[i]` first. With `watch`, Redis watches whatever may bring more jobs; the locks only of the names
   * `atLimit`, because those of others change with every job and mean nothing.
   */
  fetch(fetching: Fetching): ScriptCall<Fetched> {
    const { poolId, wanted, jobNames, shares, watch, atLimit, ahead = NOTHING } = fetching;
    const letterOf = (name: string): string => {
      const claim = CLAIM_LETTERS[fetching.uniqueUntil(name)];
      const letter = claim === 's' && ahead.from(name) ? 'p' : claim;
      return fetching.isLong?.(name) ? letter.toUpperCase() : letter;
    };
    const watched = watch ? jobNames.flatMap((name) => this.#watchable(name, atLimit)) : [];
    return {
      script: fetchScript,
      keys: [...jobNames.map((name) => this.keys.queue(name)), ...watched],
      args: [
        ...[poolId, wanted, ahead.wanted, this.keys.prefix, CLAIM_TTL, MOST_BYTES_AT_ONCE],
        jobNames.map(letterOf).join(''),
        ...shares,
        ...ahead.shares,
      ],
      watch,
      decode: (reply) => {
        const [full, isCut, refusals, open, ...groups] = reply as [
          ...[number[], number, (number | Buffer)[], number[]],
          ...[number, number, Buffer][],
        ];
        const nameOf = (index: number): string => jobNames[index - 1] ?? '';
        const entries: FetchedEntry[] = [];
        for (const [index, count, packed] of groups) {
          const [jobName, isCancelled] = [nameOf(Math.abs(index)), index < 0];
          for (const raw of unpack(packed, count)) entries.push({ jobName, raw, isCancelled });
        }
        return {
          entries,
          atLimit: new Set(full.map(nameOf)),
          isCut: isCut === 1,
          refusals: refusalsOf(refusals, nameOf),
          open: openQueuesOf(open, nameOf),
        };
      },
    };
  }

  /**
   * Moves one job as `fetch` does, but without a look at anything else, and without counting it in the locks: they are to
   * be rebuilt behind it. Only for queues that a fetch has told to be open.
   */
  move(poolId: string, jobName: string): CommandCall<Raw | undefined> {
    return {
      command: 'LMOVE',
      args: [this.keys.queue(jobName), this.keys.inProgress(jobName, poolId), 'RIGHT', 'LEFT'],
      decode: (reply) => (reply === null ? undefined : toRaw(reply as Buffer)),
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
      args: [this.now(), poolId, CLAIM_TTL, ATTEMPTS.most, ATTEMPTS.keep, ...args],
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
    const groups = groupsOf(jobs);
    return {
      script: dropScript,
      keys: groups.map(({ jobName }) => this.keys.queue(jobName)),
      args: [poolId, ...groups.flatMap(({ entries }) => [entries.length, pack(entries)])],
      decode: (reply) => {
        const gone = reply as number[];
        if (gone.length === 0) return ALL_SETTLED; // Nearly always, and to flatten costs a fiftieth of a drain.
        const order = groups.flatMap(({ positions }) => positions);
        return { ...ALL_SETTLED, lost: gone.flatMap((index) => order[index] ?? []) };
      },
    };
  }

  /**
   * The same for one job that is long: a script would copy its entry several times. What it leaves of the pool's share of
   * the locks is to be set right behind it.
   */
  dropLong(poolId: string, { jobName, raw }: FetchedEntry): CommandCall<Settled> {
    return {
      command: 'LREM',
      args: [this.keys.inProgress(jobName, poolId), -1, raw],
      decode: (removed) => (removed === 1 ? ALL_SETTLED : { ...ALL_SETTLED, lost: [0] }),
    };
  }

  /**
   * Puts back what a stopping pool still has in progress, or some of it; returns how many jobs that were, and whether none
   * are left.
   */
  release(
    poolId: string,
    jobNames: readonly string[],
  ): ScriptCall<{ readonly released: number; readonly isDone: boolean }> {
    return {
      script: releaseScript,
      keys: jobNames.map((name) => this.keys.queue(name)),
      args: [poolId, MOST_AT_ONCE, MOST_BYTES_AT_ONCE],
      decode: (reply) => {
        const [released = 0, isDone] = reply as number[];
        return { released, isDone: isDone === 1 };
      },
    };
  }

  /** Reads what the entries in progress are recognised by, behind the first `from`; some of them, if they are many. */
  fingerprints(poolId: string, jobName: string, from: number): ScriptCall<FingerprintPage> {
    const { head, tail } = FINGERPRINT_BYTES;
    return {
      script: fingerprintsScript,
      keys: [this.keys.inProgress(jobName, poolId)],
      args: [from, MOST_AT_ONCE, MOST_BYTES_AT_ONCE, head, tail],
      decode: (reply) => {
        const [total, ...flat] = reply as [number, ...(number | Buffer)[]];
        const sightings = Array.from({ length: flat.length / 2 }, (_, i) => {
          const [size, shown] = [Number(flat[2 * i]), flat[2 * i + 1] as Buffer];
          const place = from + i - total;
          return { place, size, fingerprint: `${size}:${shown.toString('latin1')}` };
        });
        return { total, sightings };
      },
    };
  }

  /** Has the claims of jobs that run last for another day. */
  renewClaims(claims: readonly HeldClaim[]): ScriptCall<void> {
    return {
      script: renewScript,
      keys: claims.flatMap(({ uniqueKey }) => this.claimKeys(uniqueKey)),
      args: [CLAIM_TTL, ...claims.map(({ jobId }) => jobId)],
      decode: () => undefined,
    };
  }

  #watchable(jobName: string, atLimit: ReadonlySet<string>): string[] {
    const keys = [...this.keys.settingsOf(jobName)];
    return atLimit.has(jobName) ? [...keys, this.keys.lock(jobName)] : keys;
  }

  #moveArgs(move: Move): (Raw | number)[] {
    switch (move.to) {
      case 'nowhere':
        return move.freed === undefined ? ['drop'] : ['free', ...this.#heldArgs(move.freed)];
      case 'retry':
        return ['retry', move.entry, move.delay];
      case 'scheduled':
        return ['snooze', move.delay];
      case 'dead':
        return move.freed === undefined
          ? ['dead', move.entry]
          : ['bury', move.entry, ...this.#heldArgs(move.freed)];
      case 'queue':
        return ['back'];
    }
  }

  #heldArgs({ uniqueKey, jobId }: HeldClaim): string[] {
    return [...this.claimKeys(uniqueKey), jobId];
  }

  #noteArgs(note: Note): string[] {
    const keys = this.keys;
    switch (note.kind) {
      case 'attempt':
        return ['attempt', keys.attempts(note.jobId), note.text];
      case 'forget':
        return ['forget', keys.attempts(note.jobId)];
      case 'forget deaths':
        return ['forget', keys.deaths(note.jobId)];
      case 'unmark':
        return ['unmark', keys.cancelled, note.jobId];
      case 'result':
        return ['result', keys.lastResults, note.schedule, note.text];
      case 'renew carrier':
        return ['renew', keys.carrier(note.jobId), String(note.milliseconds)];
      case 'renew claim':
        return ['hold', ...this.#heldArgs(note.claim), String(note.milliseconds)];
      case 'forget carrier':
        return ['forget', keys.carrier(note.jobId)];
    }
  }
}

const CLAIM_LETTERS: Readonly<Record<UniqueUntil, string>> = {
  started: 's',
  doneOrDead: 'h',
  done: 'k',
};

/** @param flat the number of a queue and what Redis says of it, by turns */
function refusalsOf(
  flat: readonly (number | Buffer)[],
  nameOf: (index: number) => string,
): Error[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => {
    const name = nameOf(Number(flat[2 * i]));
    return new Error(`Redis lets no job "${name}" be fetched: ${String(flat[2 * i + 1])}`);
  });
}

const NONE_OPEN: OpenQueues = { waiting: new Map(), ahead: false };

/** @param flat whether jobs may be taken ahead, then the number of a queue and how many jobs wait in it, by turns */
function openQueuesOf(flat: readonly number[], nameOf: (index: number) => string): OpenQueues {
  const [ahead, ...rest] = flat;
  if (rest.length === 0) return NONE_OPEN;
  const waiting = new Map<string, number>();
  for (let i = 0; i < rest.length; i += 2) waiting.set(nameOf(rest[i] ?? 0), rest[i + 1] ?? 0);
  return { waiting, ahead: ahead === 1 };
}

/** Jobs of one name that are dropped together, in the order in which they ended. */
interface DroppedGroup {
  readonly jobName: string;
  readonly positions: number[];
  readonly entries: string[];
  size: number;
}

/** Groups that are short enough to be packed, each of one name. */
function groupsOf(jobs: readonly DroppedJob[]): DroppedGroup[] {
  const groups: DroppedGroup[] = [];
  const last = new Map<string, DroppedGroup>();
  jobs.forEach(({ jobName, raw }, position) => {
    let group = last.get(jobName);
    if (!group || group.size + raw.length > MOST_PACKED) {
      group = { jobName, positions: [], entries: [], size: 0 };
      groups.push(group);
      last.set(jobName, group);
    }
    group.positions.push(position);
    group.entries.push(raw);
    group.size += raw.length;
  });
  return groups;
}
