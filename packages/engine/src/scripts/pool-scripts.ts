import { ATTEMPTS } from '../job/attempt.js';
import { MAX_BYTES } from '../redis/batches.js';
import { NewerFormatError } from '../errors/errors.js';
import { FORMAT } from '../redis/format.js';
import type { Raw } from '../redis/raw.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { CLAIM_TTL, ScriptGroup } from './script-group.js';
import { type HeldClaim } from '../job/held-claim.js';

const beatScript = loadScript('beat');
const lookScript = loadScript('look');
const reapScript = loadScript('reap', 'claims', 'set-share');
const unregisterScript = loadScript('unregister-pool');
const hashesScript = loadScript('hashes');
const observeScript = loadScript('observe');
const registerScript = loadScript('register');
const leaveScript = loadScript('leave');
const stoppingScript = loadScript('stopping');
const occupiedScript = loadScript('occupied');
const forgiveScript = loadScript('forgive');

// The number of names whose locks one look reads, which takes Redis a few milliseconds.
const NAMES_OF_LOOK = 1_000;

// In milliseconds. Longer than a job takes to kill its process several times.
const DEATHS_TTL = 7 * 24 * 3600 * 1000;

// How long jobs of a reaped name are not prefetched, in milliseconds. One of them may kill its process again, and the
// other jobs in progress would be blamed as well.
const REAPED_TTL = 10 * 60 * 1000;

/** A pool as seen by a reaper. Times are in seconds since the epoch. */
export interface PoolSighting {
  readonly id: string;
  readonly heartbeatAt: number | undefined;
  /** `undefined` if its heartbeat does not list them. */
  readonly jobNames: readonly string[] | undefined;
  /** When it was first seen without a heartbeat. */
  readonly suspectedSince: number | undefined;
}

/** A pool, and the beat by which it was judged. */
export type Sighted = Pick<PoolSighting, 'id' | 'heartbeatAt'>;

/** The result of a look. */
export interface Look {
  /** Seconds since the epoch. */
  readonly now: number;
  /** `undefined` if it was another reaper's turn. */
  readonly pools: readonly PoolSighting[] | undefined;
}

/** The job names of a pool, and the limits of those that have one. */
export interface Registration {
  readonly jobNames: readonly string[];
  readonly limits: ReadonlyMap<string, number>;
}

/** The previous state of a pool's registration in Redis. */
export interface Registered {
  /** The second since which it has been registered continuously; `undefined` if it is not registered. */
  readonly startedAt: string | undefined;
  /** The number of missing names and limits. */
  readonly missing: number;
  /** The previous limits by name, if all were written; `undefined` for a limit that did not exist. */
  readonly before: ReadonlyMap<string, number | undefined>;
}

/** A job of a dead pool. */
export interface ReapParams {
  readonly raw: Raw;
  /** The id under which deaths are counted; `undefined` for an invalid entry, which is only put back. */
  readonly jobId: string | undefined;
  /** The entry for the dead jobs, used if too many processes have died under the job. */
  readonly deadEntry: Raw;
  /** The attempt that ended with the process, as stored. */
  readonly attempt: string;
  /** The claim that ends if the job is dead. */
  readonly claim?: HeldClaim | undefined;
}

/** The outcome for a dead pool's jobs of one name. */
export interface ReapResult {
  readonly requeued: number;
  readonly dead: number;
  readonly left: number;
}

/** The result of reading hashes. */
export interface Hashes {
  /** The existing hashes, by id. */
  readonly read: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The unread keys, by id. */
  readonly rest: ReadonlyMap<string, string>;
}

/** A worker's current job; without fields, the worker is idle. */
export interface Observation {
  readonly workerId: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Scripts for living and dead worker pools. */
export class PoolScripts extends ScriptGroup {
  /** Writes a pool's heartbeat; `fields` accompany its times. Returns whether it is the first beat. */
  beat(poolId: string, fields: Readonly<Record<string, string | number>>): ScriptCall<boolean> {
    return {
      script: beatScript,
      keys: [this.keys.workerPools, this.keys.heartbeat(poolId)],
      args: [this.now(), poolId, ...Object.entries(fields).flat()],
      decode: (reply) => reply === 1,
    };
  }

  /**
   * Registers a pool's job names and limits where Redis lacks them.
   *
   * @param overwrites writes all limits, instead of only the missing ones
   * @throws NewerFormatError, when its reply is decoded
   */
  register(
    poolId: string,
    { jobNames, limits }: Registration,
    overwrites: boolean,
  ): ScriptCall<Registered> {
    const { workerPools, knownJobs, format } = this.keys;
    const limited = [...limits.keys()];
    return {
      script: registerScript,
      keys: [
        ...[workerPools, this.keys.heartbeat(poolId), knownJobs, format],
        ...limited.map((name) => this.keys.maxConcurrency(name)),
      ],
      args: [poolId, overwrites ? '1' : '', FORMAT, ...limits.values(), ...jobNames],
      decode: (reply) => {
        if (typeof reply === 'number') throw new NewerFormatError(reply, FORMAT);
        const [startedAt, missing, before] = reply as [Buffer, number, Buffer[]];
        const limitBefore = (text: Buffer): number | undefined =>
          text.length === 0 ? undefined : Number(text.toString());
        return {
          ...{ startedAt: startedAt.toString() || undefined, missing },
          before: new Map(before.map((text, i) => [limited[i] ?? '', limitBefore(text)])),
        };
      },
    };
  }

  /** Notes in a pool's heartbeat that the pool is stopping. */
  stopping(poolId: string): ScriptCall<void> {
    return {
      script: stoppingScript,
      keys: [this.keys.heartbeat(poolId)],
      args: [this.now()],
      decode: () => undefined,
    };
  }

  /** Unregisters a pool that has nothing in progress. */
  leave(poolId: string): ScriptCall<void> {
    return {
      script: leaveScript,
      keys: [this.keys.workerPools, this.keys.heartbeat(poolId)],
      args: [poolId],
      decode: () => undefined,
    };
  }

  /** Reads the state of all pools, if it is this reaper's turn. `turn` is in milliseconds; 0 looks in any case. */
  look(poolId: string, turn: number): ScriptCall<Look> {
    const { workerPools, knownJobs, suspects, reaperTurn, reaperCursor, prefix } = this.keys;
    return {
      script: lookScript,
      keys: [workerPools, knownJobs, suspects, reaperTurn, reaperCursor],
      args: [this.now(), prefix, poolId, turn, NAMES_OF_LOOK],
      decode: (reply) => {
        const [now, ...pools] = reply as [number, 0] | [number, ...Buffer[][]];
        if (!areSeen(pools)) return { now, pools: undefined };
        return { now, pools: pools.map((fields) => sighting(fields.map(String))) };
      },
    };
  }

  /** Returns the names of which a pool has jobs in progress, or a share of the lock. */
  occupied(poolId: string, jobNames: readonly string[]): ScriptCall<string[]> {
    return {
      script: occupiedScript,
      keys: jobNames.map((name) => this.keys.queue(name)),
      args: [poolId],
      decode: (reply) => (reply as number[]).map((index) => jobNames[index - 1] ?? ''),
    };
  }

  /** Takes back the last death counted for each of these jobs; returns how many were taken back. */
  forgive(jobIds: readonly string[]): ScriptCall<number> {
    return {
      script: forgiveScript,
      keys: jobIds.map((id) => this.keys.deaths(id)),
      args: [],
      decode: Number,
    };
  }

  /** Takes the jobs of a name, the newest first, from a dead pool; `undefined` if it has beaten since it was seen. */
  reap(
    { id: poolId, heartbeatAt }: Sighted,
    jobName: string,
    jobs: readonly ReapParams[],
    { maxDeaths }: { readonly maxDeaths: number },
  ): ScriptCall<ReapResult | undefined> {
    const keys = this.keys;
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
        ...jobs.flatMap(({ jobId, claim }) => [
          keys.deaths(jobId ?? ''),
          ...(claim ? this.claimKeys(claim.uniqueKey) : [keys.queue(jobName), keys.queue(jobName)]),
        ]),
      ],
      args: [
        this.now(),
        poolId,
        heartbeatAt ?? '',
        maxDeaths,
        DEATHS_TTL,
        ATTEMPTS.max,
        ATTEMPTS.ttl,
        REAPED_TTL,
        CLAIM_TTL,
        ...jobs.flatMap(({ raw, jobId, deadEntry, attempt, claim }) => [
          ...[raw, jobId === undefined ? '' : deadEntry],
          ...[keys.attempts(jobId ?? ''), attempt, claim?.jobId ?? ''],
        ]),
      ],
      decode: (reply) => {
        if (reply === null) return undefined;
        const [requeued = 0, dead = 0, left = 0] = reply as number[];
        return { requeued, dead, left };
      },
    };
  }

  /** Unregisters a dead pool. Returns false if it has beaten since it was seen. */
  unregister({ id: poolId, heartbeatAt }: Sighted): ScriptCall<boolean> {
    const { workerPools, suspects, prefix } = this.keys;
    return {
      script: unregisterScript,
      keys: [workerPools, this.keys.heartbeat(poolId), suspects],
      args: [poolId, heartbeatAt ?? '', prefix],
      decode: (reply) => reply === 1,
    };
  }

  /** Writes the workers' current jobs. `ttl` is in seconds. */
  observe(observations: readonly Observation[], ttl: number): ScriptCall<void> {
    return {
      script: observeScript,
      keys: observations.map(({ workerId }) => this.keys.observation(workerId)),
      args: [
        ttl,
        ...observations.flatMap(({ fields }) => {
          const flat = Object.entries(fields).flat();
          return [flat.length, ...flat];
        }),
      ],
      decode: () => undefined,
    };
  }

  /** Reads hashes, identified by names; if they are large, only some of them, at least one. */
  hashes(keys: ReadonlyMap<string, string>): ScriptCall<Hashes> {
    const all = [...keys];
    return {
      script: hashesScript,
      keys: [...keys.values()],
      args: [MAX_BYTES],
      decode: (reply) => {
        const [count, ...hashes] = reply as [number, ...[number, ...Buffer[]][]];
        const read = hashes.map(([index, ...flat]) => [all[index - 1]?.[0] ?? '', record(flat)]);
        return {
          read: new Map(read as [string, Record<string, string>][]),
          rest: new Map(all.slice(count)),
        };
      },
    };
  }
}

/** Returns false if it was another reaper's turn. */
function areSeen(pools: readonly [0] | readonly Buffer[][]): pools is Buffer[][] {
  return pools[0] !== 0;
}

/** @param flat alternating fields and values */
function record(flat: readonly (Buffer | string)[]): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, i) => [
      String(flat[2 * i]),
      String(flat[2 * i + 1]),
    ]),
  );
}

function sighting([id = '', heartbeatAt, jobNames, since]: string[]): PoolSighting {
  return {
    id,
    heartbeatAt: heartbeatAt ? Number(heartbeatAt) : undefined,
    jobNames: jobNames ? jobNames.split(',') : undefined,
    suspectedSince: since ? Number(since) : undefined,
  };
}
