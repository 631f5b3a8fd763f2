import { ATTEMPTS } from '../job/attempt.js';
import type { UniqueUntil } from '../job/job-type.js';
import { groupsOf, type CompletedJob } from './completed-jobs.js';
import {
  openQueuesOf,
  refusalsOf,
  type Ahead,
  type Fetched,
  type FetchedEntry,
  type FetchParams,
} from './fetching.js';
import { FINGERPRINT_BYTES } from './fingerprint.js';
import { pack, unpack } from '../redis/packed.js';
import { toRaw, type Raw } from '../redis/raw.js';
import type { Script, CommandCall, ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { Numbering } from './numbering.js';
import { MAX_BYTES_AT_ONCE, MAX_JOBS_AT_ONCE } from './round-limits.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';
import type { Move, Note, Settled, Settlement } from './settling.js';
import { type HeldClaim } from '../job/held-claim.js';

const fetchScript = loadScript('fetch', 'claims');
const settleScript = loadScript('settle', 'claims');
const completeScript = loadScript('complete');
const releaseScript = loadScript('release', 'set-share');
const fingerprintsScript = loadScript('fingerprints', 'read-some');
const renewScript = loadScript('renew', 'claims');

/** The scripts that a dispatcher sends together, in this order. */
export const DISPATCHED_SCRIPTS: readonly Script[] = [completeScript, settleScript, fetchScript];

const NO_NOTES: readonly Note[] = [];
const ALL_SETTLED: Settled = { lost: [], refused: [], reason: undefined };

/** An entry in progress, as seen by an audit. */
export interface EntrySighting {
  /**
   * Its index in the list, counted from the end and therefore negative, because entries come and go at the beginning.
   */
  readonly place: number;
  /** In bytes. */
  readonly size: number;
  readonly fingerprint: string;
}

/** A page of the entries that a pool has in progress. */
export interface FingerprintPage {
  /** The total number of entries. */
  readonly total: number;
  readonly sightings: readonly EntrySighting[];
}

const NOTHING: Ahead = { wanted: 0, shares: [], from: () => false };

/** Scripts that fetch and settle jobs. */
export class RunningScripts extends ScriptGroup {
  /**
   * Fetches up to `wanted` jobs. It checks the queues in the order of `jobNames`, and offers `shares[i]` of the jobs to
   * `jobNames[i]` first. With `watch`, Redis tracks every key whose change may make more jobs available. It tracks
   * locks only for the names `atLimit`, because those of others change with every job and are irrelevant.
   */
  fetch(params: FetchParams): ScriptCall<Fetched> {
    const { poolId, wanted, jobNames, shares, watch, atLimit, ahead = NOTHING } = params;
    const letterOf = (name: string): string => {
      const claim = CLAIM_LETTERS[params.uniqueUntil(name)];
      const letter = claim === 's' && ahead.from(name) ? 'p' : claim;
      return params.isLong?.(name) ? letter.toUpperCase() : letter;
    };
    const watched = watch ? jobNames.flatMap((name) => this.#watchable(name, atLimit)) : [];
    return {
      script: fetchScript,
      keys: [...jobNames.map((name) => this.keys.queue(name)), ...watched],
      args: [
        ...[poolId, wanted, ahead.wanted, this.keys.prefix, CLAIM_TTL, MAX_BYTES_AT_ONCE],
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
   * Moves one job like `fetch`, but without other checks and without changing the locks: rebuild them immediately
   * afterwards. Only for queues that the last fetch reported as open.
   */
  move(poolId: string, jobName: string): CommandCall<Raw | undefined> {
    return {
      command: 'LMOVE',
      args: [this.keys.queue(jobName), this.keys.inProgress(jobName, poolId), 'RIGHT', 'LEFT'],
      decode: (reply) => (reply === null ? undefined : toRaw(reply as Buffer)),
    };
  }

  /** Takes jobs out of progress and moves each to its destination, with its notes. Safe to repeat. */
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
      args: [this.now(), poolId, CLAIM_TTL, ATTEMPTS.max, ATTEMPTS.ttl, ...args],
      decode: (reply) => {
        const [lost, refused, reason] = reply as [number[], number[], Buffer];
        return { lost, refused, reason: refused.length > 0 ? reason.toString() : undefined };
      },
    };
  }

  /**
   * Takes completed jobs out of progress. Equivalent to settling them with a move to `nowhere` and without notes, but
   * cheaper. Safe to repeat.
   */
  complete(poolId: string, jobs: readonly CompletedJob[]): ScriptCall<Settled> {
    const groups = groupsOf(jobs);
    return {
      script: completeScript,
      keys: groups.map(({ jobName }) => this.keys.queue(jobName)),
      args: [poolId, ...groups.flatMap(({ entries }) => [entries.length, pack(entries)])],
      decode: (reply) => {
        const gone = reply as number[];
        if (gone.length === 0) return ALL_SETTLED; // The usual case; flattening would cost a fiftieth of a drain.
        const order = groups.flatMap(({ positions }) => positions);
        return { ...ALL_SETTLED, lost: gone.flatMap((index) => order[index] ?? []) };
      },
    };
  }

  /**
   * Completes one long job by a plain command, because a script would copy its entry several times. It does not change
   * the locks: rebuild them immediately afterwards.
   */
  completeLong(poolId: string, { jobName, raw }: FetchedEntry): CommandCall<Settled> {
    return {
      command: 'LREM',
      args: [this.keys.inProgress(jobName, poolId), -1, raw],
      decode: (removed) => (removed === 1 ? ALL_SETTLED : { ...ALL_SETTLED, lost: [0] }),
    };
  }

  /**
   * Puts back jobs that a stopping pool still has in progress, up to a limit. Returns how many were put back, and
   * whether none are left.
   */
  release(
    poolId: string,
    jobNames: readonly string[],
  ): ScriptCall<{ readonly released: number; readonly isDone: boolean }> {
    return {
      script: releaseScript,
      keys: jobNames.map((name) => this.keys.queue(name)),
      args: [poolId, MAX_JOBS_AT_ONCE, MAX_BYTES_AT_ONCE],
      decode: (reply) => {
        const [released = 0, isDone] = reply as number[];
        return { released, isDone: isDone === 1 };
      },
    };
  }

  /** Reads the fingerprints of the entries in progress after the first `from`; one page of them, if there are many. */
  fingerprints(poolId: string, jobName: string, from: number): ScriptCall<FingerprintPage> {
    const { head, tail } = FINGERPRINT_BYTES;
    return {
      script: fingerprintsScript,
      keys: [this.keys.inProgress(jobName, poolId)],
      args: [from, MAX_JOBS_AT_ONCE, MAX_BYTES_AT_ONCE, head, tail],
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

  /** Renews the claims of running jobs for another day. */
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
        return move.freed === undefined ? ['complete'] : ['free', ...this.#heldArgs(move.freed)];
      case 'retry':
        return ['retry', move.entry, move.delay];
      case 'scheduled':
        return ['snooze', move.delay];
      case 'dead':
        return move.freed === undefined
          ? ['dead', move.entry]
          : ['deadFree', move.entry, ...this.#heldArgs(move.freed)];
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
      case 'forgetAttempts':
        return ['forget', keys.attempts(note.jobId)];
      case 'forgetDeaths':
        return ['forget', keys.deaths(note.jobId)];
      case 'unmark':
        return ['unmark', keys.cancelled, note.jobId];
      case 'result':
        return ['result', keys.lastResults, note.schedule, note.text];
      case 'renewCarrier':
        return ['renew', keys.carrier(note.jobId), String(note.milliseconds)];
      case 'renewClaim':
        return ['hold', ...this.#heldArgs(note.claim), String(note.milliseconds)];
      case 'forgetCarrier':
        return ['forget', keys.carrier(note.jobId)];
    }
  }
}

const CLAIM_LETTERS: Readonly<Record<UniqueUntil, string>> = {
  started: 's',
  doneOrDead: 'h',
  done: 'k',
};
