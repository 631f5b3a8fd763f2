import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { Command, Redis, RedisOptions } from 'ioredis';
import { ClosedError, NotConnectedError, UnsupportedRedisError } from '../errors/errors.js';
import { milliseconds } from '../options/duration.js';
import { assertOptions } from '../options/option-rules.js';
import { emitSafely } from '../base/emit-safely.js';
import { CONNECTION_OPTIONS, type RedisConnectionOptions } from './connection-options.js';
import type { GuardedRedis } from './guarded-redis.js';
import { hasHashTag } from './hash-tag.js';
import { MovingSlot } from './moving-slot.js';
import { ReconnectPauses } from './reconnect-pauses.js';
import { redisFault } from './redis-fault.js';
import { redisPlace } from './redis-place.js';
import { isRefusal, replyCode } from '../errors/redis-reply.js';
import type { ServerFinder } from './finding-connector.js';
import type { NodeAddress } from './node-address.js';
import { isCluster, notTheCluster, openRedis, untagged, type RedisSource } from './redis-source.js';
import { resultOf, type Reply } from './reply.js';
import type { CommandCall, Script, ScriptCall } from './script.js';
import { briefly, inFull, type Sender } from './sender.js';
import { sentOnce } from './sent-once.js';
import { tidy } from './tidy.js';
import { clearTimeout, performance, setImmediate, setTimeout } from '../base/timers.js';

const DEFAULT_COMMAND_TIMEOUT = 5_000;

// The message of ioredis.
const TIMED_OUT = 'Command timed out';
// A Cluster node answers these for keys that it does not hold.
const NOT_HERE = new Set(['MOVED', 'ASK', 'CROSSSLOT']);

// Registered symbol, so that copies of this package recognise each other's connections.
const CONNECTION = Symbol.for('nestcraft:redis_connection');

/** Returns whether a value is a connection to share, from any copy of this package, rather than an address. */
export function isRedisConnection(redis: unknown): redis is RedisConnection {
  return typeof redis === 'object' && redis !== null && CONNECTION in redis;
}

interface ConnectionEvents {
  up: [];
  down: [Error | undefined];
  closed: [];
}

/**
 * A Redis connection whose failures are unambiguous. By default, ioredis sends a command again when its reply was lost,
 * so it runs twice while the caller sees one success. Here a command is sent once, and it fails either as refused or as
 * unknown. The connection opens on first use and reconnects for ever, with growing, jittered pauses.
 *
 * Emits `up` when it accepts commands, `down` when it is lost or could not be made, and `closed` at its end.
 */
export class RedisConnection extends EventEmitter<ConnectionEvents> {
  static {
    Object.defineProperty(this.prototype, CONNECTION, { value: true });
  }

  readonly #source: RedisSource;
  readonly #redis: GuardedRedis;
  readonly #finder: ServerFinder | undefined;
  readonly #movingSlot: MovingSlot | undefined;
  readonly #commandTimeout: number;
  #closed = false;
  #lastError: Error | undefined;
  #becomingReady: Promise<void> | undefined;
  readonly #pauses = new ReconnectPauses();

  /** @throws UnsupportedRedisError, InvalidOptionError */
  constructor(
    source: RedisSource,
    readonly options: RedisConnectionOptions,
  ) {
    super();
    this.#source = source;
    assertOptions('RedisConnection', options, CONNECTION_OPTIONS);
    const { commandTimeout = DEFAULT_COMMAND_TIMEOUT } = options;
    this.#commandTimeout = milliseconds('commandTimeout', commandTimeout);
    const { redis, finder } = openRedis(source, this.#settings(), options.namespace, {
      onSent: (command) => this.#movingSlot?.sent(command),
      onFailed: (command, error) => this.#onFailed(command, error),
      onRefused: (command, error) => this.#onRefused(command, error),
      onInfo: (info) => this.#onInfo(info),
    });
    this.#redis = redis;
    this.#finder = finder;
    if (typeof source !== 'string' && isCluster(source)) this.#movingSlot = this.#makeMovingSlot();
    this.#redis.on('error', (error: Error) => this.#onError(error));
    this.#redis.on('ready', () => this.#onReady());
    this.#redis.on('close', () => this.#emit('down', this.#lastError));
    // While a call waits, its timeout keeps the process alive.
    if (options.unref) this.#redis.on('connect', () => this.#redis.stream.unref());
  }

  /** Whether it is connected and Redis accepts commands. */
  get isUp(): boolean {
    return this.#redis.status === 'ready' && this.#redis.stream.writable;
  }

  /** The reason for the outage, if the connection is down and the reason is known. */
  get downReason(): Error | undefined {
    return this.#lastError;
  }

  /** The ioredis instance, for commands without a method here. Await `ready` first. */
  get redis(): Redis {
    return this.#redis;
  }

  /** In a Cluster and with Sentinel, the server to which it is, or was last, connected. */
  get node(): NodeAddress | undefined {
    return this.#finder?.found;
  }

  /** Its address for display, such as `127.0.0.1:6379/0`; never contains a password. */
  get place(): string {
    return redisPlace(this.#source);
  }

  /** Returns another connection to the same Redis. */
  sibling(name: string): RedisConnection {
    return new RedisConnection(this.#source, { ...this.options, name });
  }

  /**
   * Resolves when the connection accepts commands.
   *
   * @throws NotConnectedError if that takes longer than the command timeout, or immediately if Redis rejects the
   * password, for instance, or lacks the database. Nothing was sent
   * @throws UnsupportedRedisError if the namespace cannot work with this Redis
   * @throws ClosedError after `close`
   */
  async ready(): Promise<void> {
    if (this.isUp) return;
    if (this.#closed) throw new ClosedError(`Redis connection "${this.options.name}"`);
    // The last attempt has just failed, and the next one follows shortly.
    if (this.#redis.status === 'reconnecting' && isRefusal(this.#lastError)) {
      throw this.#notConnected(0);
    }
    this.#becomingReady ??= this.#becomeReady().finally(() => (this.#becomingReady = undefined));
    await this.#becomingReady;
  }

  /**
   * Runs the scripts and commands in order, in one round trip. If Redis no longer has a script, its source is sent.
   * That is safe, because the script has not run, and it takes no longer than the rest of the command timeout.
   *
   * Never rejects: each reply carries its own error, including that of a lost connection.
   */
  async run(...calls: readonly (ScriptCall | CommandCall)[]): Promise<Reply[]> {
    const deadline = performance.now() + (this.#redis.options.commandTimeout ?? 0);
    const replies = await this.#send(calls, briefly);
    for (const [index, call] of calls.entries()) {
      const reply = replies[index];
      if (!('script' in call) || !reply || !('error' in reply)) continue;
      if (redisFault(reply.error).code === 'NOSCRIPT') {
        [replies[index] = reply] = await this.#before(deadline, () => this.#send([call], inFull));
      }
    }
    return replies;
  }

  /**
   * Loads scripts into Redis before they run. In a batch, a script that Redis does not have would run after the others.
   *
   * @throws the errors of ioredis
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
   * Runs one script by its source. It needs one round trip, and keeps its order among later commands, even if Redis
   * does not have it. @throws its error
   */
  async callInFull<Result>(call: ScriptCall<Result>): Promise<Result> {
    const [reply] = await this.#send([call], inFull);
    return resultOf(call, reply);
  }

  /** Runs scripts in one round trip. @throws the error of the first that fails */
  async callAll<Result>(calls: readonly ScriptCall<Result>[]): Promise<Result[]> {
    if (calls.length === 0) return [];
    const replies = await this.run(...calls);
    return calls.map((call, index) => resultOf(call, replies[index]));
  }

  /**
   * Sends all commands issued by `send` in one write, and therefore in one round trip. A pipeline would cost more,
   * mainly through garbage that survives minor collections.
   */
  inOneWrite<Result>(send: () => Result): Result {
    const stream = this.#redis.stream as Redis['stream'] | undefined; // Undefined before the first connection.
    stream?.cork();
    try {
      return send();
    } finally {
      stream?.uncork();
    }
  }

  /** Drops the connection and opens a new one; if this happens repeatedly, the pauses grow. */
  reconnect(): void {
    if (this.#closed) return;
    this.#noteGivingUp();
    this.#redis.leave();
  }

  /** Closes the connection for good. Commands in flight, and callers that wait for it, fail. */
  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
    this.#emit('closed');
  }

  #becomeReady(): Promise<void> {
    const { status } = this.#redis;
    const since = performance.now();
    if (status === 'wait' || status === 'end') this.#redis.connect().catch(() => undefined);
    return new Promise((resolve, reject) => {
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        this.off('up', finish).off('down', onDown).off('closed', onClosed);
        if (!error) this.#count(performance.now() - since);
        if (error) reject(error);
        else resolve();
      };
      const onClosed = (): void =>
        finish(new ClosedError(`Redis connection "${this.options.name}"`));
      // Another attempt would fail the same way.
      const onDown = (reason?: Error): void => {
        if (reason instanceof UnsupportedRedisError) finish(reason);
        else if (isRefusal(reason)) finish(this.#notConnected(performance.now() - since));
      };
      const timer = setTimeout(() => {
        finish(this.#notConnected(this.#commandTimeout));
      }, this.#commandTimeout);
      this.on('up', finish).on('down', onDown).on('closed', onClosed);
    });
  }

  #notConnected(waited: number): NotConnectedError {
    return new NotConnectedError(this.options.name, Math.round(waited), this.#lastError);
  }

  /** Deducts the wait from the timeout of the callers' commands, which are sent in this turn of the event loop. */
  #count(waited: number): void {
    if (!this.options.unref) return;
    const { options } = this.#redis;
    options.commandTimeout = Math.max(this.#commandTimeout - waited, this.#commandTimeout / 10);
    setImmediate(() => (options.commandTimeout = this.#commandTimeout));
  }

  #send<Call extends ScriptCall | CommandCall>(
    calls: readonly Call[],
    send: Sender<Call>,
  ): Promise<Reply[]> {
    return Promise.all(this.inOneWrite(() => calls.map((call) => this.#reply(call, send))));
  }

  /** Drops the connection if the work is not done in time. */
  async #before<Result>(deadline: number, work: () => Promise<Result>): Promise<Result> {
    const left = Math.max(1, deadline - performance.now());
    const timer = setTimeout(() => this.#drop(new Error(TIMED_OUT)), left);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
    }
  }

  async #reply<Call extends ScriptCall | CommandCall>(
    call: Call,
    send: Sender<Call>,
  ): Promise<Reply> {
    // Rejected right after tracking has ended; the waker learns of that on its own.
    if ('watch' in call && call.watch)
      this.#redis.call('CLIENT', 'CACHING', 'YES').catch(() => undefined);
    try {
      return { value: await send(this.#redis, call) };
    } catch (error) {
      return { error: error as Error };
    }
  }

  #onReady(): void {
    if (!this.isUp) return; // Dropped already.
    this.#lastError = undefined;
    this.#emit('up');
  }

  #onError(error: Error): void {
    tidy(error);
    // This error only says that the connection was dropped; the reason has been noted.
    if (!error.message.startsWith("Stream isn't writeable")) this.#lastError = error;
  }

  #onFailed(command: Command, error: Error): void {
    tidy(error);
    // After a timeout, the state of the connection is unknown; a new one is certain.
    if (error.message === TIMED_OUT) this.#drop(error);
    // ioredis would continue in database 0.
    else if (command.name === 'select') this.#drop(error);
  }

  #onRefused(command: Command, error: Error): Error | undefined {
    const code = replyCode(error.message);
    if (!this.#movingSlot && NOT_HERE.has(code)) {
      const unsupported = notTheCluster(this.options.namespace, error);
      this.#drop(unsupported);
      return unsupported;
    }
    if (!this.#movingSlot?.takes(command, error)) return error;
    if (code === 'MOVED' && this.isUp) this.reconnect();
    return undefined;
  }

  /** If the source names a single Cluster node, a namespace without a hash tag would fail later, at random. */
  #onInfo(info: string): void {
    const { namespace } = this.options;
    if (this.#movingSlot || namespace === undefined || hasHashTag(namespace)) return;
    if (/^cluster_enabled:1/m.test(info)) this.#drop(untagged(namespace));
  }

  #makeMovingSlot(): MovingSlot {
    return new MovingSlot({
      timeout: this.#commandTimeout,
      ready: () => this.ready(),
      send: (command) => void this.#redis.sendCommand(command),
    });
  }

  #drop(reason: Error): void {
    if (this.#closed) return;
    this.#noteGivingUp(reason);
    this.#redis.drop();
  }

  #noteGivingUp(reason?: Error): void {
    const stream = this.#redis.stream as Redis['stream'] | undefined;
    if (!stream?.writable) return; // It is being dropped already.
    if (reason) this.#lastError = reason;
    this.#pauses.noteGivingUp();
  }

  /** A demoted master rejects writes for as long as the connection lasts. */
  #mustReconnect(error: Error): boolean {
    const must = redisFault(error).remedy === 'reconnect';
    if (must) this.#noteGivingUp(error);
    return must;
  }

  /** Calls every listener, and prevents an error from ending the process from within ioredis's events. */
  #emit<Name extends keyof ConnectionEvents>(name: Name, ...args: ConnectionEvents[Name]): void {
    const listener = `A listener of Redis connection "${this.options.name}"`;
    emitSafely(this, name, args, (error) =>
      process.emitWarning(`${listener} threw: ${inspect(error)}`),
    );
  }

  /** Returns the milliseconds before the next attempt; `null`: only when a caller needs the connection. */
  #pause(attempt: number): number | null {
    if (this.options.unref && !this.#becomingReady) return null;
    return this.#pauses.before(attempt);
  }

  #settings(): RedisOptions {
    return sentOnce({
      name: this.options.name,
      commandTimeout: this.#commandTimeout,
      pause: (attempt) => this.#pause(attempt),
      mustReconnect: (error) => this.#mustReconnect(error),
    });
  }
}
