import { Redis, type Command, type RedisOptions } from 'ioredis';
import { CommandTooLargeError } from '../errors/errors.js';
import { withOwnTicks } from '../base/timers.js';

type Stream = Parameters<Redis['sendCommand']>[1];
type Sent = Parameters<Redis['handleReconnection']>[1];

/** Observes all commands of a connection, from every sender. */
export interface Guard {
  /** Called before a command is sent. */
  readonly onSent?: (command: Command) => void;
  /** Called when a command has failed or received an error reply. */
  readonly onFailed: (command: Command, error: Error) => void;
  /** Receives the server's INFO reply after connecting. */
  readonly onInfo: (info: string) => void;
  /** Called for an error reply. Returns the error for the caller; `undefined` if the guard takes over the command. */
  readonly onRefused: (command: Command, error: Error) => Error | undefined;
}

// The limit of Redis and of a Node string, less some room for the bytes between the arguments.
const MAX_BYTES = 511 * 1024 * 1024;

/**
 * An ioredis instance whose commands all pass a guard, including those of scripts, pipelines and transactions. A
 * command that cannot be sent fails like any other: ioredis would throw after it had started the command's timer, and
 * would later reject a promise without a handler.
 */
export class GuardedRedis extends Redis {
  readonly #guard: Guard | undefined;

  /** @param options must contain `lazyConnect` */
  constructor(options: RedisOptions, guard?: Guard) {
    super({ ...options, replyMapping: 'legacy' });
    this.#guard = guard;
    tellByOwnTicks(this);
  }

  override connect(callback?: (error?: Error | null) => void): Promise<void> {
    return withOwnTicks(() => super.connect(callback));
  }

  /** Ends the connection immediately, without waiting for pending replies, and reconnects. */
  drop(): void {
    this.leave();
    (this.stream as Redis['stream'] | undefined)?.destroy();
  }

  /** Ends the connection once pending replies have arrived, and reconnects. */
  leave(): void {
    // A connection attempt in progress is new already, and ioredis would abandon it.
    if (this.status === 'connect' || this.status === 'ready') this.disconnect(true);
  }

  override sendCommand(command: Command, stream?: Stream): unknown {
    const guard = this.#guard;
    if (!guard) return super.sendCommand(command, stream);
    if (!isMade(command)) return command.promise;
    command.promise.catch((error: unknown) => guard.onFailed(command, error as Error));
    if (command.name === 'info') command.promise.then(guard.onInfo, () => undefined);
    const bytes = bytesOf(command);
    if (bytes > MAX_BYTES) return this.#notSent(command, stream, tooLarge(command, bytes));
    guard.onSent?.(command);
    try {
      return super.sendCommand(command, stream);
    } catch (error) {
      // It is unknown how much of the command was written and which reply ioredis expects.
      this.drop();
      return rejected(command, error);
    }
  }

  override handleReconnection(error: Error, item: Sent): void {
    const command = item.command as unknown as Command;
    const answer = this.#guard ? this.#guard.onRefused(command, error) : error;
    if (answer === error) super.handleReconnection(error, item);
    else if (answer) command.reject(answer);
  }

  /** ioredis does not write a pipeline that lacks one of its commands, yet it waits for the replies to the others. */
  #abandon(pipeline: Stream, error: Error): void {
    for (const { command, stream } of this.commandQueue.toArray()) {
      if (stream === pipeline) command.reject(error);
    }
    this.drop();
  }

  #notSent(command: Command, stream: Stream | undefined, error: Error): unknown {
    if (stream) this.#abandon(stream, error);
    return rejected(command, error);
  }
}

/** ioredis emits its events through `process.nextTick`, in a method that is not part of its type. */
function tellByOwnTicks(redis: Redis): void {
  const telling = redis as unknown as { setStatus(...args: unknown[]): void };
  const setStatus = telling.setStatus.bind(redis);
  telling.setStatus = (...args) => withOwnTicks(() => setStatus(...args));
}

/** Measures only as far as the limit requires: short arguments are not measured exactly. */
function bytesOf({ args }: Command): number {
  let length = 0;
  for (const arg of args) length += (arg as string | Buffer).length;
  if (length * 3 <= MAX_BYTES) return length;
  return args.reduce<number>((sum, arg) => sum + Buffer.byteLength(arg as string | Buffer), 0);
}

function tooLarge(command: Command, bytes: number): Error {
  return new CommandTooLargeError(command.name, bytes, MAX_BYTES);
}

/** If an argument cannot be converted to text, ioredis rejects the promise before it has constructed the command. */
function isMade(command: Command): boolean {
  return (command.reject as Command['reject'] | undefined) !== undefined;
}

function rejected(command: Command, error: unknown): Promise<unknown> {
  command.reject(error instanceof Error ? error : new Error(String(error)));
  return command.promise;
}
