import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { ScriptGroup } from './script-group.js';

const queuesScript = loadScript('queues');
const forgetScript = loadScript('forget');
const inspectScript = loadScript('inspect');
const rebuildScript = loadScript('rebuild');

// In bytes. Covers most entries as a whole; for a longer one, the time near its beginning.
const ENTRY_HEAD = 4_096;

/** A queue as seen by a client. */
export interface QueueReading {
  readonly jobName: string;
  readonly waiting: number;
  /** The entry that is fetched next, or the beginning of a long one. */
  readonly next: Buffer | undefined;
  readonly lock: string;
  readonly limit: string;
  /** Milliseconds until the pause ends; -1 for a pause without an end, -2 for none. */
  readonly pause: number;
}

/** The lock of a name, compared with the actual jobs. */
export interface LockReading {
  readonly jobName: string;
  readonly lock: number;
  /** The sum of the pools' shares of the lock. */
  readonly shares: number;
  readonly running: number;
  /** The number of running jobs that belong to unregistered pools. */
  readonly orphaned: number;
}

/** The repair of a name's lock, or of the pools' shares of it. */
export interface LockRepair {
  readonly jobName: string;
  /** The lock as it was. */
  readonly before: number;
  /** The correct lock: the number of jobs in progress. */
  readonly after: number;
  /** The pools that are gone and whose empty shares of the lock are deleted. */
  readonly forgotten: readonly string[];
}

/** How locks are rebuilt. */
export interface RebuildParams {
  /** The id of the calling pool, whose share is counted as well. */
  readonly poolId?: string;
  /** Whether to change nothing. */
  readonly dryRun?: boolean;
}

/** Scripts for queues and their locks. */
export class QueueScripts extends ScriptGroup {
  /** Reads the state of queues. */
  read(jobNames: readonly string[]): ScriptCall<QueueReading[]> {
    return {
      script: queuesScript,
      keys: jobNames.map((name) => this.keys.queue(name)),
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

  /** Forgets a job name, unless it has jobs. Returns how many are waiting and how many are in progress. */
  forget(jobName: string): ScriptCall<{ waiting: number; inProgress: number }> {
    const keys = this.keys;
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

  /** Compares the locks of names with the jobs in progress. */
  inspect(jobNames: readonly string[]): ScriptCall<LockReading[]> {
    return {
      script: inspectScript,
      keys: [this.keys.workerPools, ...jobNames.map((name) => this.keys.queue(name))],
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

  /** Rebuilds the locks of names; returns what was wrong with them. */
  rebuild(
    jobNames: readonly string[],
    { poolId = '', dryRun = false }: RebuildParams = {},
  ): ScriptCall<LockRepair[]> {
    return {
      script: rebuildScript,
      keys: [this.keys.workerPools, ...jobNames.map((name) => this.keys.queue(name))],
      args: [poolId, dryRun ? '1' : ''],
      decode: (reply) =>
        (reply as [number, number, number, ...Buffer[]][]).map(
          ([index, before, after, ...forgotten]) => ({
            ...{ jobName: jobNames[index - 1] ?? '', before, after },
            forgotten: forgotten.map(String),
          }),
        ),
    };
  }
}
