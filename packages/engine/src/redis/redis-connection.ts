import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import type { Command, Redis, RedisOptions } from 'ioredis';
import { ClosedError, NotConnectedError, UnsupportedRedisError } from '../errors/errors.js';
import { NAMESPACE } from '../options/namespace.js';
import { duration, milliseconds, type Duration } from '../options/duration.js';
import { assertOptions, FLAG, NAME, required, type OptionTable } from '../options/option-rules.js';
import { tell } from '../base/tell.js';
import type { GuardedRedis } from './guarded-redis.js';
import { hasHashTag } from './hash-tag.js';
import { MovingSlot } from './moving-slot.js';
import { redisFault } from './redis-fault.js';
import { redisPlace } from './redis-place.js';
import { isRefusal, isReply, plainReply, replyCode } from '../errors/redis-reply.js';
import { notTheCluster, openRedis, untagged, type RedisSource } from './redis-source.js';
import { hideSecrets } from '../errors/secrets.js';
import type { CommandCall, Script, ScriptCall } from './script.js';
import type { NodeAddress, SlotOwner } from './slot-owner.js';
import { clearTimeout, performance, setImmediate, setTimeout } from '../base/timers.js';

/** What one command of a pipeline came to: its reply with strings as bytes, or its error. */
export type Reply = { readonly value: unknown } | { readonly error: Error };

/** A script or command to be run, and who hears what came of it. */
export interface Request {
  readonly call: ScriptCall | CommandCall;
  /** @throws the reply's error */
  readonly onReply: (reply: Reply | undefined) => void;
}

/** Options of `RedisConnection`. */
export interface RedisConnectionOptions {
  /** What it is for; shown by CLIENT LIST and in errors. */
  readonly name: string;
  /**
   * How long a command may take, and how long a call waits for a lost connection: milliseconds, or a text such as `5s`;
   * 1 ms to 24.8 days, default 5 s. A command that takes longer has an unknown effect, and the connection is opened anew.
   */
  readonly commandTimeout?: Duration | undefined;
  /** The namespace of what is sent over it; needed for a Cluster, where it says which node to connect to. */
  readonly namespace?: string | undefined;
  /**
   * Let the process end while nobody waits for this connection; when it is lost, the next call makes it anew. Default
   * false: it keeps the process alive, and reconnects by itself.
   */
  readonly unref?: boolean | undefined;
}

/** What the options of a connection may be. */
export const CONNECTION_OPTIONS: OptionTable<RedisConnectionOptions> = {
  name: required(NAME),
  commandTimeout: duration(1),
  namespace: NAMESPACE,
  unref: FLAG,
};

const DEFAULT_COMMAND_TIMEOUT = 5_000;
const MAX_RECONNECT_DELAY = 2_000;
// One that was given up so long after the one before is the first again.
const CALM = 10_000;
// A peer that vanished without a word is noticed by the operating system, not after its default of two hours.
const KEEP_ALIVE = 10_000;
// What is on its way may still come. A peer that does not answer the end of a connection shall not hold up the next one.
const DISCONNECT_TIMEOUT = 200;

// As ioredis says it.
const TIMED_OUT = 'Command timed out';
// A node of a Cluster says so of what it does not hold.
const NOT_HERE = new Set(['MOVED', 'ASK', 'CROSSSLOT']);

// Registered, so that copies of this package know each other's connections.
const CONNECTION = Symbol.for('nestcraft:redis_connection');

/** Whether it is a connection to share, of whatever copy of this package, and not only where one is to be made to. */
export function isRedisConnection(redis: unknown): redis is RedisConnection {
  return typeof redis === 'object' && redis !== null && CONNECTION in redis;
}

interface ConnectionEvents {
  up: [];
  down: [Error | undefined];
  closed: [];
}

/**
 * One connection to Redis whose failures can be told apart. ioredis's defaults send a command again when its reply
 * was lost, so that it runs twice while its caller sees one success; here a command is sent once, and it fails as
 * refused or as unknown. It connects when it is first used and reconnects for ever, with growing, jittered pauses.
 *
 * Emits `up` when it takes commands, `down` when it is lost or could not be made, `closed` at its end.
 */
export class RedisConnection extends EventEmitter<ConnectionEvents> {
  static {
    Object.defineProperty(this.prototype, CONNECTION, { value: true });
  }

  readonly #source: RedisSource;
  readonly #redis: GuardedRedis;
  readonly #owner: SlotOwner | undefined;
  readonly #movingSlot: MovingSlot | undefined;
  readonly #commandTimeout: number;
  #closed = false;
  #lastError: Error | undefined;
  #becomingReady: Promise<void> | undefined;
  /** How often it was given up although it could be made, and when last. */
  #givenUp = 0;
  #givenUpAt = -Infinity;

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
    const { redis, owner } = openRedis(source, this.#policy(), options.namespace, {
      onSent: (command) => this.#movingSlot?.sent(command),
      onFailed: (command, error) => this.#onFailed(command, error),
      onRefused: (command, error) => this.#onRefused(command, error),
      onInfo: (info) => this.#onInfo(info),
    });
    this.#redis = redis;
    this.#owner = owner;
    this.#movingSlot = owner && this.#makeMovingSlot();
    this.#redis.on('error', (error: Error) => this.#onError(error));
    this.#redis.on('ready', () => this.#onReady());
    this.#redis.on('close', () => this.#tell('down', this.#lastError));
    // What keeps the process alive while a call waits is the call's timeout.
    if (options.unref) this.#redis.on('connect', () => this.#redis.stream.unref());
  }

  /** Connected, and Redis takes commands. */
  get isUp(): boolean {
    return this.#redis.status === 'ready' && this.#redis.stream.writable;
  }

  /** Why it is down, if it is and that is known. */
  get downReason(): Error | undefined {
    return this.#lastError;
  }

  /** The ioredis instance, for commands that are not worth a method here. Wait for `ready` first. */
  get redis(): Redis {
    return this.#redis;
  }

  /** Of a Cluster: the node that it is, or was last, connected to. */
  get node(): NodeAddress | undefined {
    return this.#owner?.found;
  }

  /** Where it connects to, for people: `127.0.0.1:6379/0`, never with a password. */
  get place(): string {
    return redisPlace(this.#source);
  }

  /** Another connection to the same Redis. */
  sibling(name: string): RedisConnection {
    return new RedisConnection(this.#source, { ...this.options, name });
  }

  /**
   * Resolves when the connection takes commands.
   *
   * @throws NotConnectedError when that takes longer than the command timeout, and at once when Redis refuses the
   * password, for instance, or has no such database: nothing was sent
   * @throws UnsupportedRedisError when the namespace cannot work with this Redis
   * @throws ClosedError after `close`
   */
  async ready(): Promise<void> {
    if (this.isUp) return;
    if (this.#closed) throw new ClosedError(`Redis connection "${this.options.name}"`);
    // Redis was asked a moment ago, and is asked again in a moment.
    if (this.#redis.status === 'reconnecting' && isRefusal(this.#lastError)) {
      throw this.#notConnected(0);
    }
    this.#becomingReady ??= this.#becomeReady().finally(() => (this.#becomingReady = undefined));
    await this.#becomingReady;
  }

  /**
   * Runs the scripts and commands in order, in one round trip. A script that Redis has forgotten is sent again in full, which is
   * safe because it has not run, and takes no longer than the first try has left of the command timeout.
   *
   * Never rejects: replies carry their own errors, that of a lost connection, too.
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

  /** Gives the connection up and opens it anew: after ever longer pauses, if that happens again and again. */
  reconnect(): void {
    if (this.#closed) return;
    this.#noteGivingUp();
    this.#redis.leave();
  }

  /** Closes it for good. Commands in flight fail, and so does whoever waits for it. */
  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
    this.#tell('closed');
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
      // Another try would end as this one.
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

  /** What was waited counts for the commands of those who have waited: they are sent in this turn of the event loop. */
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

  /** Gives the connection up when the work is not done in time. */
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
    // Refused where tracking has just ended, which the waker hears of by itself.
    if ('watch' in call && call.watch)
      this.#redis.call('CLIENT', 'CACHING', 'YES').catch(() => undefined);
    try {
      return { value: await send(this.#redis, call) };
    } catch (error) {
      return { error: error as Error };
    }
  }

  #onReady(): void {
    if (!this.isUp) return; // Given up already.
    this.#lastError = undefined;
    this.#tell('up');
  }

  #onError(error: Error): void {
    tidy(error);
    // It only says that the connection was given up; why has been noted.
    if (!error.message.startsWith("Stream isn't writeable")) this.#lastError = error;
  }

  #onFailed(command: Command, error: Error): void {
    tidy(error);
    // After a timeout nobody knows what the connection still holds; a new one is certain.
    if (error.message === TIMED_OUT) this.#drop(error);
    // ioredis would go on, in database 0.
    else if (command.name === 'select') this.#drop(error);
  }

  #onRefused(command: Command, error: Error): Error | undefined {
    const code = replyCode(error.message);
    if (!this.#owner && NOT_HERE.has(code)) {
      const unsupported = notTheCluster(this.options.namespace, error);
      this.#drop(unsupported);
      return unsupported;
    }
    if (!this.#movingSlot?.takes(command, error)) return error;
    if (code === 'MOVED' && this.isUp) this.reconnect();
    return undefined;
  }

  /** Where the source names one node of a Cluster, a namespace without a hash tag would fail later, at random. */
  #onInfo(info: string): void {
    const { namespace } = this.options;
    if (this.#owner || namespace === undefined || hasHashTag(namespace)) return;
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
    if (!stream?.writable) return; // It is being given up.
    if (reason) this.#lastError = reason;
    const now = performance.now();
    this.#givenUp = now - this.#givenUpAt > CALM ? 1 : this.#givenUp + 1;
    this.#givenUpAt = now;
  }

  /** A demoted master refuses writes for as long as one stays with it. */
  #mustReconnect(error: Error): boolean {
    const must = redisFault(error).remedy === 'reconnect';
    if (must) this.#noteGivingUp(error);
    return must;
  }

  /** Each listener is called, and none can end the process from within ioredis's events. */
  #tell<Name extends keyof ConnectionEvents>(name: Name, ...args: ConnectionEvents[Name]): void {
    const listener = `A listener of Redis connection "${this.options.name}"`;
    tell(this, name, args, (error) => process.emitWarning(`${listener} threw: ${inspect(error)}`));
  }

  /** Milliseconds before it is made again; `null`: not before somebody needs it. */
  #pause(attempt: number): number | null {
    if (this.options.unref && !this.#becomingReady) return null;
    const tries = performance.now() - this.#givenUpAt > CALM ? attempt : attempt + this.#givenUp;
    return Math.min(2 ** tries * 25, MAX_RECONNECT_DELAY) * (0.5 + Math.random() / 2);
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
      retryStrategy: (attempt) => this.#pause(attempt),
      reconnectOnError: (error) => this.#mustReconnect(error),
      // Without it ioredis does not ask what the server is, and takes it for ready while it loads.
      enableReadyCheck: true,
      readOnly: false,
      monitor: false,
      // RESP2: what a tracked key's change is announced with is a plain message there, in every ioredis.
      protocol: 2,
    };
  }
}

/** So that callers, and logs, get what Redis says and no more. */
function tidy(error: Error): void {
  hideSecrets(error);
  if (!isReply(error)) return;
  const plain = plainReply(error.message);
  error.stack = error.stack?.replace(error.message, () => plain);
  error.message = plain;
}

/** What the script's reply says. @throws the reply's error */
export function resultOf<Result>(
  call: ScriptCall<Result> | CommandCall<Result>,
  reply: Reply | undefined,
): Result {
  if (reply === undefined) throw new Error('Redis gave fewer replies than there were commands');
  if ('error' in reply) throw reply.error;
  return call.decode(reply.value);
}

type Sender<Call> = (redis: Redis, call: Call) => Promise<unknown>;

const briefly: Sender<ScriptCall | CommandCall> = (redis, call) =>
  'script' in call
    ? redis.callBuffer('EVALSHA', call.script.sha, call.keys.length, ...call.keys, ...call.args)
    : redis.callBuffer(call.command, ...call.args);

const inFull: Sender<ScriptCall> = (redis, { script, keys, args }) =>
  redis.callBuffer('EVAL', script.lua, keys.length, ...keys, ...args);
