import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../redis/scripts.js';

/** What a worker pool says of itself. */
export interface WorkerPoolHeartbeat {
  readonly workerPoolId: string;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly jobNames: readonly string[];
  readonly concurrency: number;
  readonly host: string;
  readonly pid: number;
  readonly workerIds: readonly string[];
  /** Whose pool it is: this project's, or gocraft/work's. */
  readonly engine: 'nestcraft' | 'gocraft';
  /** The schedules that it registers; empty for gocraft/work's pools, which do not tell. */
  readonly schedules: readonly RegisteredSchedule[];
}

/** A periodic job as a pool registers it. */
export interface RegisteredSchedule {
  /** What the ids of its jobs start with. */
  readonly id: string;
  readonly jobName: string;
  readonly spec: string;
  readonly overlap: 'allow' | 'skip';
  readonly missed: 'skip' | 'last';
  /** The arguments of its jobs as JSON text; `undefined` if they have none. */
  readonly argsText?: string;
}

/** What a worker is doing. */
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

/** All running worker pools and their workers, as a client looks at them. */
export class Fleet {
  readonly #connection: RedisConnection;
  readonly #scripts: Scripts;

  constructor({ connection, scripts }: { connection: RedisConnection; scripts: Scripts }) {
    this.#connection = connection;
    this.#scripts = scripts;
  }

  async heartbeats(): Promise<WorkerPoolHeartbeat[]> {
    await this.#connection.ready();
    const hashes = await this.#connection.call(this.#scripts.pools());
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
      }))
      .sort((a, b) => (a.workerPoolId < b.workerPoolId ? -1 : 1));
  }

  async observations(pools: readonly WorkerPoolHeartbeat[]): Promise<WorkerObservation[]> {
    await this.#connection.ready();
    const ids = pools.flatMap(({ workerIds }) => workerIds);
    const observations: WorkerObservation[] = [];
    for (let i = 0; i < ids.length; i += BATCH) {
      const call = this.#scripts.observations(ids.slice(i, i + BATCH));
      for (const [workerId, hash] of await this.#connection.call(call)) {
        if (hash.job_name) observations.push(observation(workerId, hash.job_name, hash));
      }
    }
    return observations;
  }
}

// A script shall not take long.
const BATCH = 200;

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

function parseSchedules(text: string | undefined): RegisteredSchedule[] {
  try {
    return text ? (JSON.parse(text) as RegisteredSchedule[]) : [];
  } catch {
    return [];
  }
}
