import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisStartError, RedisStateError } from './errors.js';
import { findBinary } from './find-binary.js';
import { freePort } from './free-port.js';
import type { RedisBinary } from './redis-binary.js';
import { RedisProcess } from './redis-process.js';

export interface LocalRedisOptions {
  /** `none` keeps data in memory only; `aof` writes an append-only file that survives a kill. Default `none`. */
  readonly persistence?: 'none' | 'aof' | undefined;
  /** The folder for data and log; it is kept. Default: a temporary folder that is removed at the end. */
  readonly directory?: string | undefined;
  /** The port to listen on. Default: a free port. */
  readonly port?: number | undefined;
  /** Path of a redis-server or valkey-server; default: one is searched for and, if necessary, installed. */
  readonly binary?: string | undefined;
  /** Additional settings for redis.conf, such as `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
  /**
   * Makes it a Sentinel instead of a server: the lines of its configuration file, such as `sentinel monitor …`. It keeps
   * what it learns there, also through a restart.
   */
  readonly sentinel?: readonly string[] | undefined;
  /** Milliseconds within which it must accept commands; default 10000. */
  readonly startTimeout?: number | undefined;
}

const DEFAULT_START_TIMEOUT = 10_000;
const PORT_TRIES = 5;

/**
 * A private, real Redis on a port of 127.0.0.1. It stops when the process that started it ends, even if that is killed,
 * and does not keep that process alive.
 *
 * @example
 * ```ts
 * const redis = await LocalRedis.start();
 * const connection = new Redis(redis.url);
 * // …
 * await redis.stop();
 * ```
 */
export class LocalRedis {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Its data and its log, `redis.log`. */
  readonly directory: string;
  readonly #start: () => Promise<RedisProcess>;
  readonly #isTemporary: boolean;
  #process: RedisProcess | undefined;

  private constructor(plan: Plan, process: RedisProcess) {
    this.port = plan.port;
    this.directory = plan.directory;
    this.#start = () => RedisProcess.start(plan);
    this.#isTemporary = plan.isTemporary;
    this.#process = process;
  }

  /** Starts a server and waits until it accepts commands. @throws RedisNotFoundError, RedisStartError */
  static async start(options: LocalRedisOptions = {}): Promise<LocalRedis> {
    const binary: RedisBinary = options.binary ? { path: options.binary } : await findBinary();
    const isTemporary = options.directory === undefined;
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'nestcraft-redis-')));
    await mkdir(directory, { recursive: true });
    const sentinelFile = options.sentinel && join(directory, 'sentinel.conf');
    if (sentinelFile) await writeFile(sentinelFile, `${options.sentinel.join('\n')}\n`);
    for (let attempt = 1; ; attempt++) {
      const plan: Plan = {
        binary,
        directory,
        isTemporary,
        port: options.port ?? (await freePort()),
        appendOnly: options.persistence === 'aof',
        sentinelFile,
        settings: options.settings ?? {},
        startTimeout: options.startTimeout ?? DEFAULT_START_TIMEOUT,
      };
      try {
        return new LocalRedis(plan, await RedisProcess.start(plan));
      } catch (error) {
        const again = options.port === undefined && attempt < PORT_TRIES && isPortTaken(error);
        if (again) continue;
        if (isTemporary) await rm(directory, { recursive: true, force: true });
        throw error;
      }
    }
  }

  /** `redis://127.0.0.1:<port>` */
  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  /** The process id of the server. @throws RedisStateError if it is not running */
  get pid(): number {
    return this.#running('read the pid of').pid;
  }

  /** Stops the server gracefully and removes its temporary folder. Safe to call twice. */
  async stop(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    await server?.stop();
    if (this.#isTemporary) await rm(this.directory, { recursive: true, force: true });
  }

  /**
   * Kills the server (kill -9), like a crash. Resolves when it is gone; `restart` starts it again.
   *
   * @throws RedisStateError
   */
  async kill(): Promise<void> {
    const server = this.#running('kill');
    this.#process = undefined;
    await server.kill();
  }

  /** Restarts it on the same port and data, stopping it first if it is running. @throws RedisStartError */
  async restart(): Promise<void> {
    const server = this.#process;
    this.#process = undefined;
    await server?.stop();
    await mkdir(this.directory, { recursive: true });
    this.#process = await this.#start();
  }

  /** Freezes it (SIGSTOP): connections stay open, but it does not answer. @throws RedisStateError */
  pause(): void {
    this.#running('pause').signal('SIGSTOP');
  }

  /** Ends a pause (SIGCONT). @throws RedisStateError */
  resume(): void {
    this.#running('resume').signal('SIGCONT');
  }

  /** The same as `stop`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #running(action: string): RedisProcess {
    if (!this.#process) throw new RedisStateError(action, 'is not running');
    return this.#process;
  }
}

type Plan = Parameters<typeof RedisProcess.start>[0];

function isPortTaken(error: unknown): boolean {
  return error instanceof RedisStartError && error.log.includes('Address already in use');
}
