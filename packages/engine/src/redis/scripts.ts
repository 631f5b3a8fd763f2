import type { Clock } from '../clock.js';
import type { Keys } from './keys.js';
import { toRaw, type Raw } from './raw.js';
import { Script, type ScriptCall } from './script.js';

const fetchScript = Script.load('fetch');
const settleScript = Script.load('settle');
const scheduleScript = Script.load('schedule');
const dueScript = Script.load('due');
const requeueScript = Script.load('requeue');
const beatScript = Script.load('beat');
const releaseScript = Script.load('release');

/** A job as it was taken from its queue. */
export interface FetchedEntry {
  readonly jobName: string;
  readonly raw: Raw;
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
}

/** Where an entry goes when its run has ended. Delays in whole seconds. */
export type Move =
  | { readonly to: 'nowhere' }
  | { readonly to: 'retry' | 'scheduled'; readonly entry: Raw; readonly delay: number }
  | { readonly to: 'dead' | 'queue'; readonly entry: Raw };

/** A job to be scheduled: after a delay, or at a time in seconds since the epoch. */
export interface Scheduling {
  readonly jobName: string;
  readonly entry: string;
  readonly when: { readonly in: number } | { readonly at: number };
}

/** What a look at `retry` or `scheduled` found. */
export interface DueJobs {
  readonly entries: readonly Raw[];
  /** Milliseconds until the next entry is due; `undefined` when there is none. */
  readonly nextIn: number | undefined;
}

/** A due entry and what to write instead of it. */
export interface Requeueing {
  readonly raw: Raw;
  /** `undefined` for an entry that is no job. */
  readonly jobName: string | undefined;
  /** The entry for its queue. */
  readonly entry: Raw;
  /** The entry for the dead jobs, should nobody know the name. */
  readonly deadEntry: Raw;
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
  }): ScriptCall<Fetched> {
    const { poolId, wanted, jobNames, shares, watch, atLimit } = params;
    const watched = watch ? jobNames.flatMap((name) => this.#watchable(name, atLimit)) : [];
    return {
      script: fetchScript,
      keys: [...jobNames.map((name) => this.#keys.queue(name)), ...watched],
      args: [poolId, wanted, ...shares],
      watch,
      decode: (reply) => {
        const [full, ...groups] = reply as [number[], ...[number, ...Buffer[]][]];
        const nameOf = (index: number): string => jobNames[index - 1] ?? '';
        return {
          entries: groups.flatMap(([index, ...entries]) =>
            entries.map((entry) => ({ jobName: nameOf(index), raw: toRaw(entry) })),
          ),
          atLimit: new Set(full.map(nameOf)),
        };
      },
    };
  }

  /** Settles jobs; returns the positions of those that were no longer in progress. */
  settle(poolId: string, settlements: readonly Settlement[]): ScriptCall<number[]> {
    const queues = new Numbering();
    const args = settlements.flatMap(({ jobName, raw, move }) => [
      queues.numberOf(jobName),
      raw,
      ...moveArgs(move),
    ]);
    const { retry, scheduled, dead } = this.#keys;
    return {
      script: settleScript,
      keys: [retry, scheduled, dead, ...queues.names.map((name) => this.#keys.queue(name))],
      args: [this.#now(), poolId, ...args],
      decode: (reply) => reply as number[],
    };
  }

  /** Schedules jobs; returns their run times in seconds since the epoch. */
  schedule(schedulings: readonly Scheduling[]): ScriptCall<number[]> {
    return {
      script: scheduleScript,
      keys: [this.#keys.scheduled, this.#keys.knownJobs],
      args: [
        this.#now(),
        ...schedulings.flatMap(({ jobName, entry, when }) =>
          'in' in when ? [jobName, entry, 'in', when.in] : [jobName, entry, 'at', when.at],
        ),
      ],
      decode: (reply) => (reply as Buffer[]).map((seconds) => Number(seconds.toString())),
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
        const [now, next, ...entries] = reply as Buffer[];
        const nextAt =
          next === undefined || next.length === 0 ? undefined : Number(next.toString());
        return {
          entries: entries.map(toRaw),
          nextIn: nextAt === undefined ? undefined : nextAt * 1000 - Number(now?.toString()),
        };
      },
    };
  }

  /** Moves due jobs to their queues or, if need be, to the dead jobs. */
  requeue(
    set: 'retry' | 'scheduled',
    requeueings: readonly Requeueing[],
  ): ScriptCall<{ requeued: number; dead: number }> {
    const queues = new Numbering();
    const args = requeueings.flatMap(({ raw, jobName, entry, deadEntry }) => [
      jobName === undefined ? 0 : queues.numberOf(jobName),
      jobName ?? '',
      raw,
      entry,
      deadEntry,
    ]);
    return {
      script: requeueScript,
      keys: [
        this.#keys[set],
        this.#keys.knownJobs,
        this.#keys.dead,
        ...queues.names.map((name) => this.#keys.queue(name)),
      ],
      args: [this.#now(), ...args],
      decode: (reply) => {
        const [requeued = 0, dead = 0] = reply as number[];
        return { requeued, dead };
      },
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

  #watchable(jobName: string, atLimit: ReadonlySet<string>): string[] {
    const keys = [this.#keys.paused(jobName), this.#keys.maxConcurrency(jobName)];
    return atLimit.has(jobName) ? [...keys, this.#keys.lock(jobName)] : keys;
  }

  #now(): number | '' {
    return this.#clock.scriptTime() ?? '';
  }
}

function moveArgs(move: Move): (Raw | number)[] {
  switch (move.to) {
    case 'nowhere':
      return ['drop'];
    case 'retry':
      return ['retry', move.entry, move.delay];
    case 'scheduled':
      return ['snooze', move.entry, move.delay];
    case 'dead':
      return ['dead', move.entry];
    case 'queue':
      return ['back', move.entry];
  }
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
