import { systemClock, unixSeconds, type Clock } from './clock.js';
import { DEFAULT_NAMESPACE } from './enqueuer.js';
import { InvalidOptionError } from './errors.js';
import { Job } from './job.js';
import { parseEntry } from './job-entry.js';
import { Keys } from './redis/keys.js';
import { textOf, toRaw } from './redis/raw.js';
import { RedisConnection } from './redis/redis-connection.js';
import type { RedisSource } from './redis/redis-source.js';

export interface ClientOptions {
  /** Where Redis is, or a connection to share; the client does not close a shared one. */
  readonly redis: RedisSource | RedisConnection;
  /** What all keys begin with; default `work`. */
  readonly namespace?: string;
  /**
   * Milliseconds that a call may take, waiting for a lost connection included; default 5000. That of a shared
   * connection stands.
   */
  readonly commandTimeout?: number;
  readonly clock?: Clock;
}

/** A queue and what waits in it. */
export interface QueueStatus {
  readonly jobName: string;
  /** Jobs that wait; those in progress, scheduled or to be retried are not among them. */
  readonly count: number;
  /** Seconds that the job to be taken next has waited; 0 when none waits. */
  readonly latency: number;
}

/** Some of the scheduled, retry or dead jobs, by time. */
export interface JobPage {
  readonly jobs: readonly TimedJob[];
  /** How many there are on all pages. */
  readonly total: number;
}

/** A job in a set that is ordered by time. */
export interface TimedJob {
  /** When it will run, or, for a dead job, when it died; to the second. */
  readonly at: Date;
  /** `undefined` for an entry that is not a job; `text` tells what it is. */
  readonly job: Job | undefined;
  /** The entry as it stands in Redis. */
  readonly text: string;
}

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

const PAGE_SIZE = 20;

/**
 * Looks at what is in Redis. Needs no worker pool in its process.
 *
 * @example
 * ```ts
 * const client = new Client({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app' });
 * for (const { jobName, count } of await client.queues()) console.log(jobName, count);
 * ```
 */
export class Client {
  readonly #connection: RedisConnection;
  readonly #ownsConnection: boolean;
  readonly #keys: Keys;
  readonly #clock: Clock;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(options: ClientOptions) {
    const { redis, namespace = DEFAULT_NAMESPACE, clock = systemClock, commandTimeout } = options;
    this.#ownsConnection = !(redis instanceof RedisConnection);
    this.#connection =
      redis instanceof RedisConnection
        ? redis
        : new RedisConnection(redis, { name: 'client', commandTimeout });
    this.#keys = new Keys(namespace);
    this.#clock = clock;
  }

  /** All queues ever used, by name. @throws NotConnectedError */
  async queues(): Promise<QueueStatus[]> {
    await this.#connection.ready();
    const { redis } = this.#connection;
    const names = (await redis.smembers(this.#keys.knownJobs)).sort();
    const pipeline = redis.pipeline();
    for (const name of names) {
      pipeline.llen(this.#keys.queue(name)).lindexBuffer(this.#keys.queue(name), -1);
    }
    const replies = (await pipeline.exec()) ?? [];
    return names.map((jobName, index) => ({
      jobName,
      count: Number(replies[2 * index]?.[1] ?? 0),
      latency: this.#latency(replies[2 * index + 1]?.[1]),
    }));
  }

  /** A page of 20 of the scheduled jobs, soonest first. @throws InvalidOptionError, NotConnectedError */
  scheduledJobs(page = 1): Promise<JobPage> {
    return this.#page(this.#keys.scheduled, page);
  }

  /** A page of 20 of the jobs that wait for their retry, soonest first. @throws as `scheduledJobs` */
  retryJobs(page = 1): Promise<JobPage> {
    return this.#page(this.#keys.retry, page);
  }

  /** A page of 20 of the dead jobs, longest dead first. @throws as `scheduledJobs` */
  deadJobs(page = 1): Promise<JobPage> {
    return this.#page(this.#keys.dead, page);
  }

  /** What the running worker pools say of themselves, Go's among them. @throws NotConnectedError */
  async workerPoolHeartbeats(): Promise<WorkerPoolHeartbeat[]> {
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
      };
    });
  }

  /** What the busy workers of all pools are doing. @throws NotConnectedError */
  async workerObservations(): Promise<WorkerObservation[]> {
    const pools = await this.workerPoolHeartbeats();
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

  /** Closes the connection if it is the client's own. */
  close(): void {
    if (this.#ownsConnection) this.#connection.close();
  }

  #latency(next: unknown): number {
    if (!Buffer.isBuffer(next)) return 0;
    try {
      return Math.max(0, unixSeconds(this.#clock) - parseEntry(toRaw(next)).enqueuedAt);
    } catch {
      return 0; // No job: it will be found out when it is fetched.
    }
  }

  async #page(key: string, page: number): Promise<JobPage> {
    if (!Number.isSafeInteger(page) || page < 1) {
      throw new InvalidOptionError('page', page, 'a whole number, 1 or more');
    }
    await this.#connection.ready();
    const first = (page - 1) * PAGE_SIZE;
    const pipeline = this.#connection.redis.pipeline();
    pipeline.callBuffer('ZRANGE', key, first, first + PAGE_SIZE - 1, 'WITHSCORES').zcard(key);
    const [range, card] = (await pipeline.exec()) ?? [];
    const error = range?.[0] ?? card?.[0];
    if (error) throw error;
    const flat = range?.[1] as Buffer[];
    const jobs = Array.from({ length: flat.length / 2 }, (_, index) =>
      timedJob(flat[2 * index] ?? Buffer.alloc(0), Number(flat[2 * index + 1])),
    );
    return { jobs, total: Number(card?.[1]) };
  }

  async #hashes(keys: readonly string[]): Promise<(Record<string, string> | undefined)[]> {
    const pipeline = this.#connection.redis.pipeline();
    for (const key of keys) pipeline.hgetall(key);
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([error, hash]) => (error ? undefined : (hash as Record<string, string>)));
  }
}

function timedJob(bytes: Buffer, seconds: number): TimedJob {
  const raw = toRaw(bytes);
  const at = new Date(seconds * 1000);
  try {
    return { at, job: new Job(parseEntry(raw)), text: textOf(raw) };
  } catch {
    return { at, job: undefined, text: textOf(raw) };
  }
}

function toDate(seconds: string | undefined): Date {
  return new Date(Number(seconds ?? 0) * 1000);
}

function splitList(list: string | undefined): string[] {
  return list ? list.split(',') : [];
}
