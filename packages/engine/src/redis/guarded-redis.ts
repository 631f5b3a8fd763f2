import { Redis, type Command, type RedisOptions } from 'ioredis';
import { CommandTooLargeError } from '../errors/errors.js';
import { withOwnTicks } from '../base/timers.js';

type Stream = Parameters<Redis['sendCommand']>[1];
type Sent = Parameters<Redis['handleReconnection']>[1];

/** What is done about a connection's commands, whoever has sent them. */
export interface Guard {
  /** A command is about to be sent. */
  readonly onSent?: (command: Command) => void;
  /** A command has failed, or was answered with an error. */
  readonly onFailed: (command: Command, error: Error) => void;
  /** What the server says of itself, when it is connected to. */
  readonly onInfo: (info: string) => void;
  /** Redis has answered with an error. Returns the one that the caller gets; or `undefined`: the guard sees to the command. */
  readonly onRefused: (command: Command, error: Error) => Error | undefined;
}

// What Redis takes, and what a string of Node can hold; with room for what stands between the arguments.
const MAX_BYTES = 511 * 1024 * 1024;

/**
 * An ioredis instance that has all its commands seen by a guard: those of scripts, pipelines and transactions as well as
 * plain ones. A command that cannot be sent fails as any other: ioredis would throw, when its timer runs already, and
 * reject a promise later that nobody holds.
 */
export class GuardedRedis extends Redis {
  readonly #guard: Guard | undefined;

  /** @param options must say `lazyConnect` */
  constructor(options: RedisOptions, guard?: Guard) {
    super({ ...options, replyMapping: 'legacy' });
    this.#guard = guard;
    tellByOwnTicks(this);
  }

  override connect(callback?: (error?: Error | null) => void): Promise<void> {
    return withOwnTicks(() => super.connect(callback));
  }

  /** Ends the connection at once, without waiting for what may still come, and opens it anew. */
  drop(): void {
    this.leave();
    (this.stream as Redis['stream'] | undefined)?.destroy();
  }

  /** Ends the connection when what is on its way has come, and opens it anew. */
  leave(): void {
    // One that is being made is new already, and ioredis would not go on with it.
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
      // Nobody knows what of it is written, or will be waited for.
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

  /** A pipeline without one of its commands is not written at all, but the answers to the others are waited for. */
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

/** Its events come by `process.nextTick`, from a method that its type does not show. */
function tellByOwnTicks(redis: Redis): void {
  const telling = redis as unknown as { setStatus(...args: unknown[]): void };
  const setStatus = telling.setStatus.bind(redis);
  telling.setStatus = (...args) => withOwnTicks(() => setStatus(...args));
}

/** No more than it takes to tell whether they are too many: a short text is not measured exactly. */
function bytesOf({ args }: Command): number {
  let length = 0;
  for (const arg of args) length += (arg as string | Buffer).length;
  if (length * 3 <= MAX_BYTES) return length;
  return args.reduce<number>((sum, arg) => sum + Buffer.byteLength(arg as string | Buffer), 0);
}

function tooLarge(command: Command, bytes: number): Error {
  return new CommandTooLargeError(command.name, bytes, MAX_BYTES);
}

/** Where an argument cannot become a text, ioredis has rejected the command's promise before it was made. */
function isMade(command: Command): boolean {
  return (command.reject as Command['reject'] | undefined) !== undefined;
}

function rejected(command: Command, error: unknown): Promise<unknown> {
  command.reject(error instanceof Error ? error : new Error(String(error)));
  return command.promise;
}
