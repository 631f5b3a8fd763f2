import { EventEmitter } from 'node:events';
import type { Redis, RedisOptions } from 'ioredis';
import { ClosedError, InvalidOptionError, NotConnectedError } from '../errors.js';
import { redisFault } from './redis-fault.js';
import { openRedis, type RedisSource } from './redis-source.js';
import type { Script, ScriptCall } from './script.js';
import type { NodeAddress, SlotOwner } from './slot-owner.js';

/** What one command of a pipeline came to: its reply with strings as bytes, or its error. */
export type Reply = { readonly value: unknown } | { readonly error: Error };

/** A script to be run, and who hears what came of it. */
export interface Request {
  readonly call: ScriptCall;
  /** @throws the reply's error */
  readonly onReply: (reply: Reply | undefined) => void;
}

export interface RedisConnectionOptions {
  /** What it is for; shown by CLIENT LIST and in errors. */
  readonly name: string;
  /**
   * How long a command may take, and how long one waits for a lost connection, in milliseconds; default 5000.
   * A command that takes longer has an unknown effect, and the connection is opened anew.
   */
  readonly commandTimeout?: number;
  /** The namespace of what is sent over it; needed for a Cluster, where it says which node to connect to. */
  readonly namespace?: string | undefined;
  /**
   * Let the process end while nobody waits for this connection; when it is lost, the next call makes it anew. Default
   * false: it keeps the process alive, and reconnects by itself.
   */
  readonly unref?: boolean;
}

const DEFAULT_COMMAND_TIMEOUT = 5_000;
const MAX_RECONNECT_DELAY = 2_000;
// A peer that vanished without a word is noticed by the operating system, not after its default of two hours.
const KEEP_ALIVE = 10_000;
// A peer that does not answer the end of a connection shall not hold up the next one, nor the process's exit.
const DISCONNECT_TIMEOUT = 200;

/**
 * One connection to Redis whose failures can be told apart. ioredis's defaults send a command again when its reply
 * was lost, so that it runs twice while its caller sees one success; here a command is sent once, and it fails as
 * refused or as unknown. It connects when it is first used and reconnects for ever, with growing, jittered pauses.
 *
 * Emits `up` when it takes commands, `down` when it is lost or could not be made, `closed` at its end.
 */
export class RedisConnection extends EventEmitter<{
  up: [];
  down: [Error | undefined];
  closed: [];
}> {
  readonly #source: RedisSource;
  readonly #redis: Redis;
  readonly #owner: SlotOwner | undefined;
  readonly #commandTimeout: number;
  #closed = false;
  #lastError: Error | undefined;
  #becomingReady: Promise<void> | undefined;

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(
    source: RedisSource,
    readonly options: RedisConnectionOptions,
  ) {
    super();
    this.#source = source;
    this.#commandTimeout = options.commandTimeout ?? DEFAULT_COMMAND_TIMEOUT;
    if (!(this.#commandTimeout > 0)) {
      throw new InvalidOptionError(
        'commandTimeout',
        this.#commandTimeout,
        'milliseconds, more than 0',
      );
    }
    const { redis, owner } = openRedis(source, this.#policy(), options.namespace);
    this.#redis = redis;
    this.#owner = owner;
    this.#redis.on('error', (error: Error) => (this.#lastError = error));
    this.#redis.on('ready', () => {
      this.#lastError = undefined;
      this.emit('up');
    });
    this.#redis.on('close', () => this.emit('down', this.#lastError));
    // What keeps the process alive while a call waits is the call's timeout.
    if (options.unref) this.#redis.on('connect', () => this.#redis.stream.unref());
  }

  /** Connected, and Redis takes commands. */
  get isUp(): boolean {
    return this.#redis.status === 'ready';
  }

  /** The ioredis instance, for commands that are not worth a method here. Wait for `ready` first. */
  get redis(): Redis {
    return this.#redis;
  }

  /** Of a Cluster: the node that it is, or was last, connected to. */
  get node(): NodeAddress | undefined {
    return this.#owner?.found;
  }

  /** Another connection to the same Redis. */
  sibling(name: string): RedisConnection {
    return new RedisConnection(this.#source, { ...this.options, name });
  }

  /**
   * Resolves when the connection takes commands.
   *
   * @throws NotConnectedError when that takes longer than the command timeout: nothing was sent
   * @throws ClosedError after `close`
   */
  async ready(): Promise<void> {
    if (this.isUp) return;
    if (this.#closed) throw new ClosedError(`Redis connection "${this.options.name}"`);
    this.#becomingReady ??= this.#becomeReady().finally(() => (this.#becomingReady = undefined));
    await this.#becomingReady;
  }

  /**
   * Runs the scripts in order, in one round trip. A script that Redis has forgotten is sent again in full, which is
   * safe because it has not run.
   *
   * Never rejects: replies carry their own errors, that of a lost connection, too.
   */
  async run(...calls: readonly ScriptCall[]): Promise<Reply[]> {
    const replies = await this.#send(calls, evalsha);
    for (const [index, call] of calls.entries()) {
      const reply = replies[index];
      if (reply && 'error' in reply && redisFault(reply.error).code === 'NOSCRIPT') {
        [replies[index] = reply] = await this.#send([call], evalFull);
      }
    }
    return replies;
  }

  /**
   * Has Redis know scripts before they are run: of several in one round trip, one that it does not know yet would run
   * after the others.
   *
   * @throws what ioredis throws
   */
  async load(scripts: readonly Script[]): Promise<void> {
    await Promise.all(scripts.map(({ lua }) => this.#redis.script('LOAD', lua)));
  }

  /** Runs one script. @throws its error */
  async call<Result>(call: ScriptCall<Result>): Promise<Result> {
    const [reply] = await this.run(call);
    return resultOf(call, reply);
  }

  /**
   * Runs one script that is sent in full, and so in one round trip, and in order with what is sent behind it, whether
   * Redis knows it or not. @throws its error
   */
  async callInFull<Result>(call: ScriptCall<Result>): Promise<Result> {
    const [reply] = await this.#send([call], evalFull);
    return resultOf(call, reply);
  }

  /** Runs scripts in one round trip. @throws the error of the first that fails */
  async callAll<Result>(calls: readonly ScriptCall<Result>[]): Promise<Result[]> {
    if (calls.length === 0) return [];
    const replies = await this.run(...calls);
    return calls.map((call, index) => resultOf(call, replies[index]));
  }

  /**
   * Has all commands that `send` sends leave in one write, and so in one round trip. A pipeline would cost more, above all
   * in garbage that outlives minor collections.
   */
  inOneWrite<Result>(send: () => Result): Result {
    const stream = this.#redis.stream as Redis['stream'] | undefined; // There is none before it first connects.
    stream?.cork();
    try {
      return send();
    } finally {
      stream?.uncork();
    }
  }

  /** Drops the connection and opens it anew. */
  reconnect(): void {
    if (!this.#closed) this.#redis.disconnect(true);
  }

  /** Closes it for good. Commands in flight fail, and so does whoever waits for it. */
  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
    this.emit('closed');
  }

  #becomeReady(): Promise<void> {
    const { status } = this.#redis;
    if (status === 'wait' || status === 'end') this.#redis.connect().catch(() => undefined);
    return new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        this.off('up', finish).off('closed', onClosed);
        if (error) reject(error);
        else resolve();
      };
      const onClosed = (): void =>
        finish(new ClosedError(`Redis connection "${this.options.name}"`));
      const timer = setTimeout(() => {
        const { name } = this.options;
        finish(new NotConnectedError(name, this.#commandTimeout, this.#lastError));
      }, this.#commandTimeout);
      this.on('up', finish).on('closed', onClosed);
    });
  }

  async #send(calls: readonly ScriptCall[], command: Command): Promise<Reply[]> {
    const replies = await Promise.all(
      this.inOneWrite(() => calls.map((call) => this.#reply(call, command))),
    );
    this.#dropIfStuck(replies);
    return replies;
  }

  async #reply(call: ScriptCall, command: Command): Promise<Reply> {
    // Refused where tracking has just ended, which the waker hears of by itself.
    if (call.watch) this.#redis.call('CLIENT', 'CACHING', 'YES').catch(() => undefined);
    try {
      return { value: await command(this.#redis, call) };
    } catch (error) {
      return { error: error as Error };
    }
  }

  /** After a timeout nobody knows what the connection still holds; a new one is certain. */
  #dropIfStuck(replies: readonly Reply[]): void {
    const stuck = replies.some(
      (reply) => 'error' in reply && reply.error.message === 'Command timed out',
    );
    if (stuck) this.reconnect();
  }

  #policy(): RedisOptions {
    return {
      lazyConnect: true,
      connectionName: `nestcraft:${this.options.name}`,
      commandTimeout: this.#commandTimeout,
      connectTimeout: this.#commandTimeout,
      // Together these four send a command once, never later than now, and always settle its promise.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      autoResubscribe: false,
      enableAutoPipelining: false,
      keepAlive: KEEP_ALIVE,
      disconnectTimeout: DISCONNECT_TIMEOUT,
      retryStrategy: (attempt) =>
        this.options.unref && !this.#becomingReady
          ? null
          : Math.min(2 ** attempt * 25, MAX_RECONNECT_DELAY) * (0.5 + Math.random() / 2),
      // A demoted master refuses writes for as long as one stays with it.
      reconnectOnError: (error) => redisFault(error).remedy === 'reconnect',
      // RESP2: what a tracked key's change is announced with is a plain message there, in every ioredis.
      protocol: 2,
    };
  }
}

/** What the script's reply says. @throws the reply's error */
export function resultOf<Result>(call: ScriptCall<Result>, reply: Reply | undefined): Result {
  if (reply === undefined) throw new Error('Redis gave fewer replies than there were commands');
  if ('error' in reply) throw reply.error;
  return call.decode(reply.value);
}

type Command = (redis: Redis, call: ScriptCall) => Promise<unknown>;

const evalsha: Command = (redis, { script, keys, args }) =>
  redis.callBuffer('EVALSHA', script.sha, keys.length, ...keys, ...args);

const evalFull: Command = (redis, { script, keys, args }) =>
  redis.callBuffer('EVAL', script.lua, keys.length, ...keys, ...args);
