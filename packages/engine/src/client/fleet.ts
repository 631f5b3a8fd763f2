import type { Keys } from '../redis/keys.js';
import type { RedisConnection } from '../redis/redis-connection.js';

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
  readonly #keys: Keys;

  constructor({ connection, keys }: { connection: RedisConnection; keys: Keys }) {
    this.#connection = connection;
    this.#keys = keys;
  }

  async heartbeats(): Promise<WorkerPoolHeartbeat[]> {
    await this.#connection.ready();
    const ids = (await this.#connection.redis.smembers(this.#keys.workerPools)).sort();
    const hashes = await this.#hashes(ids.map((id) => this.#keys.heartbeat(id)));
    return ids.flatMap((workerPoolId, index) => {
      const hash = hashes[index];
      if (!hash?.heartbeat_at) return [];
      return {
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
      };
    });
  }

  async observations(): Promise<WorkerObservation[]> {
    const pools = await this.heartbeats();
    const ids = pools.flatMap(({ workerIds }) => workerIds);
    const hashes = await this.#hashes(ids.map((id) => this.#keys.observation(id)));
    return ids.flatMap((workerId, index) => {
      const hash = hashes[index];
      if (!hash?.job_name) return [];
      return {
        workerId,
        jobName: hash.job_name,
        jobId: hash.job_id ?? '',
        startedAt: toDate(hash.started_at),
        argsText: hash.args ?? '',
        checkin: hash.checkin,
        checkinAt: hash.checkin_at === undefined ? undefined : toDate(hash.checkin_at),
      };
    });
  }

  async #hashes(keys: readonly string[]): Promise<(Record<string, string> | undefined)[]> {
    const pipeline = this.#connection.redis.pipeline();
    for (const key of keys) pipeline.hgetall(key);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, hash]) => (error ? undefined : (hash as Record<string, string>)));
  }
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
