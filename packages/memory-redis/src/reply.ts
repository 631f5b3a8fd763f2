import type { Bytes } from './bytes.js';

/** A command's reply. A string is a bulk string, `null` is nil. */
export type Reply = number | bigint | Bytes | null | Status | RedisError | readonly Reply[];

/** A status reply such as OK, as opposed to data. */
export class Status {
  constructor(readonly text: string) {}
}

export const OK = new Status('OK');

/** A Redis error; its first word is its code. */
export class RedisError extends Error {
  override readonly name = 'RedisError';

  static wrongType(): RedisError {
    return new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value');
  }

  static syntax(): RedisError {
    return new RedisError('ERR syntax error');
  }

  static notAnInteger(): RedisError {
    return new RedisError('ERR value is not an integer or out of range');
  }

  static notAFloat(): RedisError {
    return new RedisError('ERR value is not a valid float');
  }

  static arity(command: string): RedisError {
    return new RedisError(`ERR wrong number of arguments for '${command.toLowerCase()}' command`);
  }

  static unknownCommand(name: string, args: readonly Bytes[]): RedisError {
    const shown = args.map((arg) => `'${arg.slice(0, 128)}' `).join('');
    return new RedisError(`ERR unknown command '${name}', with args beginning with: ${shown}`);
  }
}
