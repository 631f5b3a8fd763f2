import { randomUUID } from 'node:crypto';
import {
  Enqueuer,
  RedisConnection,
  silentLogger,
  type EnqueueOptions,
  type JobOptions,
  type WorkerPoolOptions,
} from '@nestcraft/engine';
import { LocalRedis, type LocalRedisOptions } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { eventually } from '../../support/eventually.js';
import { Proxy } from '../../support/proxy.js';
import { ActorProcess } from './actor-process.js';
import { enqueueLogged, type LoggedJob } from './enqueue-logged.mjs';
import { EventLog } from './event-log.js';
import type { LoggedEvent } from './event-writer.mjs';
import { breaches, type Breach, type Evidence } from './invariants.js';
import { redisOf, type ActorRedis } from './redis-of.mjs';
import { readState, type RedisState } from './redis-state.js';
import type { Deed } from './worker.mjs';

/** What a worker process is to be. */
export interface WorkerPlan {
  /** The names that it handles, with their options; default: `work`, and `other`. */
  readonly jobs?: Readonly<Record<string, JobOptions>> | undefined;
  readonly schedules?: readonly (readonly [spec: string, name: string])[] | undefined;
  readonly options?: Partial<WorkerPoolOptions> | undefined;
  /** Default: the scene's proxy, or the Redis that moves. */
  readonly redis?: ActorRedis | undefined;
  /** Milliseconds that each job takes in this process, unless its signal aborts; default 0. */
  readonly lag?: number | undefined;
  /** Milliseconds between samples of its memory; default: none. */
  readonly sample?: number | undefined;
  /** Milliseconds by which the clock of its host is ahead; default 0. */
  readonly skew?: number | undefined;
  readonly nodeOptions?: readonly string[] | undefined;
}

/** What a producer process is to be. */
export interface ProducerPlan {
  /** Calls per second. */
  readonly rate: number;
  readonly seed: number;
  /** Names of `KINDS`. */
  readonly kinds: readonly string[];
  /** Milliseconds by which the clock of its host is ahead; default 0. */
  readonly skew?: number | undefined;
  /** Default: the scene's proxy, or the Redis that moves. */
  readonly redis?: ActorRedis | undefined;
}

/**
 * A Redis that moves: a master that Sentinels watch, or the node of a Cluster that holds the namespace. Whoever has started
 * it stops it.
 */
export type MovingRedis = Exclude<ActorRedis, string>;

const JOBS = { work: {}, other: {} };

/** Where a fault happens: a private Redis behind a proxy, workers, producers, and the log of all of them. */
export class Scene {
  readonly namespace: string;
  readonly log = new EventLog();
  /** A plain connection to Redis, which bypasses the proxy and the engine. */
  readonly redis: Redis;
  readonly #enqueuer: Enqueuer;
  readonly #actors: ActorProcess[] = [];
  #count = 0;

  private constructor(
    readonly server: LocalRedis | undefined,
    /** In front of Redis; `undefined` if it moves. */
    readonly proxied: Proxy | undefined,
    /** What actors connect to, unless their plans say otherwise. */
    readonly source: ActorRedis,
    redis: Redis,
    namespace: string,
  ) {
    this.namespace = namespace;
    this.redis = redis;
    this.redis.on('error', () => undefined);
    this.#enqueuer = new Enqueuer({
      redis: server?.url ?? redisOf(source),
      namespace,
      logger: silentLogger,
    });
  }

  static async start(options: LocalRedisOptions = {}): Promise<Scene> {
    const server = await LocalRedis.start(options);
    const proxy = await Proxy.to(server.port);
    const redis = new Redis(server.url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
    return new Scene(server, proxy, proxy.url, redis, `faults-${randomUUID()}`);
  }

  /** @param namespace for a Cluster, one with a hash tag */
  static async at(moving: MovingRedis, namespace = `faults-${randomUUID()}`): Promise<Scene> {
    // Its connection follows as the engine's do, because a plain one does not in a Cluster.
    const connection = new RedisConnection(redisOf(moving), { name: 'scene', namespace });
    await connection.ready();
    return new Scene(undefined, undefined, moving, connection.redis, namespace);
  }

  /** The private server's address, past the proxy. @throws if the Redis moves */
  get url(): string {
    return this.ownServer.url;
  }

  /** What stands in front of Redis. @throws if the Redis moves */
  get proxy(): Proxy {
    if (!this.proxied) throw new Error('Nothing stands in front of this Redis');
    return this.proxied;
  }

  /** The private server. @throws if the Redis moves */
  get ownServer(): LocalRedis {
    if (!this.server) throw new Error('This scene has no Redis of its own');
    return this.server;
  }

  /** Starts a worker process. */
  worker(plan: WorkerPlan = {}): ActorProcess {
    const { nodeOptions, jobs = JOBS, schedules = [], redis = this.source, ...rest } = plan;
    const { namespace } = this;
    const config = { ...rest, redis, namespace, jobs, schedules };
    return this.#act(new ActorProcess('worker.mjs', config, this.log, nodeOptions));
  }

  /** Starts a worker process, and waits until it fetches jobs. */
  async readyWorker(plan: WorkerPlan = {}): Promise<ActorProcess> {
    const worker = this.worker(plan);
    await worker.logged('ready');
    return worker;
  }

  /** Starts a producer process. */
  producer({ redis = this.source, ...plan }: ProducerPlan): ActorProcess {
    const config = { ...plan, redis, namespace: this.namespace };
    return this.#act(new ActorProcess('producer.mjs', config, this.log));
  }

  /**
   * Enqueues a job past the proxy, or over another enqueuer, and logs what came of it.
   *
   * @returns what the job is called in the log
   */
  async enqueue(
    name: string,
    deed: Deed & Record<string, unknown> = {},
    options?: EnqueueOptions,
    enqueuer = this.#enqueuer,
  ): Promise<string> {
    const job = this.#job(name, deed, options);
    await enqueueLogged(enqueuer, this.log, [job]);
    return job.args.ref;
  }

  /** Enqueues many jobs of one name. @returns what they are called in the log */
  async enqueueMany(name: string, count: number, deed: Deed = {}): Promise<readonly string[]> {
    const jobs = Array.from({ length: count }, () => this.#job(name, deed));
    await enqueueLogged(this.#enqueuer, this.log, jobs);
    return jobs.map(({ args }) => args.ref);
  }

  /** Injects a fault and ends it, and logs when. Returns what `last` returns. */
  async fault<Result>(fault: string, last: () => Result | Promise<Result>): Promise<Result> {
    this.log.write('fault', { fault });
    const result = await last();
    this.log.write('healed', { fault });
    return result;
  }

  state(): Promise<RedisState> {
    return readState(this.redis, this.namespace);
  }

  async evidence(): Promise<Evidence> {
    return { events: this.log.events(), state: await this.state() };
  }

  /** The first event of this kind that a job has at some process; waits for it. */
  logged(kind: LoggedEvent['ev'], ref: string, patience?: number): Promise<LoggedEvent> {
    return eventually(() => {
      const event = this.log.of(kind).find((one) => one.ref === ref);
      if (!event) throw new Error(`No process has logged "${kind}" of ${ref}`);
      return event;
    }, patience);
  }

  /** Waits until there are so many events of this kind, of one process if it is given. */
  async counted(kind: LoggedEvent['ev'], count: number, pid?: number): Promise<void> {
    await eventually(() => {
      const { length } = this.log.of(kind, pid);
      if (length < count) throw new Error(`${length} instead of ${count} events "${kind}"`);
    });
  }

  /** Waits until nothing waits, runs or is due any more; at most `patience` milliseconds. */
  async quiet(patience?: number): Promise<void> {
    await eventually(async () => {
      const { jobs, locks } = await this.state();
      const left = jobs.filter(({ place, id }) => place !== 'dead' && !id.startsWith('periodic:'));
      if (left.length > 0) throw new Error(`Still there: ${left.map(({ ref }) => ref).join()}`);
      const held = locks.filter(({ lock }) => lock !== 0);
      if (held.length > 0) throw new Error(`Still locked: ${JSON.stringify(held)}`);
    }, patience);
  }

  /** I9: the milliseconds that a job takes from its enqueue to its end. */
  async probe(name = 'work', patience?: number): Promise<number> {
    const began = performance.now();
    const ref = await this.enqueue(name);
    await this.logged('end', ref, patience);
    return performance.now() - began;
  }

  /**
   * Makes a pool look as if it had last beaten long ago, so that nobody has to wait until it is late. Only a pool whose
   * process is dead stays so.
   */
  async age(poolId: string): Promise<void> {
    await this.redis.hset(`${this.namespace}:worker_pools:${poolId}`, 'heartbeat_at', 1);
  }

  /** The breaches of the invariants that hold whatever the fault was. */
  async breaches(): Promise<readonly Breach[]> {
    return breaches(await this.evidence());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.kill()));
    await this.#enqueuer.close();
    this.redis.disconnect();
    await this.proxied?.close();
    await this.server?.stop();
    this.log.remove();
  }

  #act(actor: ActorProcess): ActorProcess {
    this.#actors.push(actor);
    return actor;
  }

  #job(name: string, deed: Deed, options?: EnqueueOptions): LoggedJob {
    const ref = deed.ref ?? `${name}-${this.#count++}`;
    return { name, args: { ...deed, ref }, ...(options && { options }) };
  }
}
