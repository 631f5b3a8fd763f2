import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';
import { readHashes } from './read-hashes.js';

/** A worker pool, as its heartbeat describes it. */
export interface WorkerPoolHeartbeat {
  readonly workerPoolId: string;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly jobNames: readonly string[];
  readonly concurrency: number;
  readonly host: string;
  readonly pid: number;
  readonly workerIds: readonly string[];
  /** Which library runs the pool: this project, or gocraft/work. */
  readonly engine: 'nestcraft' | 'gocraft';
  /** The registered schedules; empty for pools of gocraft/work, whose heartbeats do not list them. */
  readonly schedules: readonly RegisteredSchedule[];
}

/** A periodic job as a pool registers it. */
export interface RegisteredSchedule {
  /** The prefix of its jobs' ids. */
  readonly id: string;
  readonly jobName: string;
  readonly spec: string;
  readonly overlap: 'allow' | 'skip';
  readonly missed: 'skip' | 'last';
  /** The arguments of its jobs as JSON text; `undefined` if they have none. */
  readonly argsText?: string;
}

/** A worker that runs a job. */
export interface WorkerObservation {
  readonly workerId: string;
  readonly jobName: string;
  readonly jobId: string;
  readonly startedAt: Date;
  /** The job's arguments as JSON text; empty when it has none. */
  readonly argsText: string;
  readonly checkin: string | undefined;
  readonly checkinAt: Date | undefined;
}

export interface FleetOptions {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
}

/** All running worker pools and their workers. */
export class Fleet {
  readonly #options: FleetOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  async heartbeats(): Promise<WorkerPoolHeartbeat[]> {
    const { connection, keys } = this.#options;
    await connection.ready();
    const ids = (await connection.redis.smembers(keys.workerPools)).sort();
    const hashes = await readHashes(this.#options, ids, POOLS_AT_ONCE, (id) => keys.heartbeat(id));
    return [...hashes]
      .filter(([, hash]) => hash.heartbeat_at !== undefined)
      .map(([workerPoolId, hash]) => ({
        workerPoolId,
        startedAt: toDate(hash.started_at),
        heartbeatAt: toDate(hash.heartbeat_at),
        jobNames: splitList(hash.job_names),
        concurrency: Number(hash.concurrency ?? 0),
        host: hash.host ?? '',
        pid: Number(hash.pid ?? 0),
        workerIds: splitList(hash.worker_ids),
        engine: hash.engine === 'nestcraft' ? ('nestcraft' as const) : ('gocraft' as const),
        schedules: parseSchedules(hash.schedules),
      }));
  }

  async observations(pools: readonly WorkerPoolHeartbeat[]): Promise<WorkerObservation[]> {
    const ids = pools.flatMap(({ workerIds }) => workerIds);
    const { connection, keys } = this.#options;
    await connection.ready();
    const hashes = await readHashes(this.#options, ids, WORKERS_AT_ONCE, (id) =>
      keys.observation(id),
    );
    return [...hashes].flatMap(([workerId, hash]) =>
      hash.job_name ? [observation(workerId, hash.job_name, hash)] : [],
    );
  }
}

const POOLS_AT_ONCE = 50;
const WORKERS_AT_ONCE = 100;

function observation(
  workerId: string,
  jobName: string,
  hash: Readonly<Record<string, string>>,
): WorkerObservation {
  return {
    workerId,
    jobName,
    jobId: hash.job_id ?? '',
    startedAt: toDate(hash.started_at),
    argsText: hash.args ?? '',
    checkin: hash.checkin,
    checkinAt: hash.checkin_at === undefined ? undefined : toDate(hash.checkin_at),
  };
}

function toDate(seconds: string | undefined): Date {
  return new Date(Number(seconds ?? 0) * 1000);
}

function splitList(list: string | undefined): string[] {
  return list ? list.split(',') : [];
}

/** Parses the schedules of a heartbeat. Other processes write heartbeats, so invalid schedules are ignored. */
function parseSchedules(text: string | undefined): RegisteredSchedule[] {
  try {
    const list: unknown = text ? JSON.parse(text) : [];
    return Array.isArray(list) ? list.filter(isSchedule) : [];
  } catch {
    return [];
  }
}

function isSchedule(value: unknown): value is RegisteredSchedule {
  const { id, jobName, spec, argsText } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isText = argsText === undefined || typeof argsText === 'string';
  return isText && [id, jobName, spec].every((one) => typeof one === 'string' && one !== '');
}
