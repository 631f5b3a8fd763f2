/** Base class of the errors that this package throws. */
export class LocalRedisError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** Thrown if no Redis is found on this machine and none can be installed. */
export class RedisNotFoundError extends LocalRedisError {
  constructor(cause?: unknown) {
    const why = cause instanceof Error ? ` (installing it failed: ${cause.message})` : '';
    super(
      `No redis-server or valkey-server was found on this machine${why}. Install one with
  macOS           brew install redis
  Debian, Ubuntu  sudo apt-get install redis-server
  or run one with docker run --rm -p 6379:6379 redis
and set REDIS_URL, such as redis://127.0.0.1:6379, to use a running Redis, or
NESTCRAFT_REDIS_BINARY to the path of a redis-server.`,
      { cause },
    );
  }
}

/** Thrown if the server did not start or did not answer in time. */
export class RedisStartError extends LocalRedisError {
  constructor(
    readonly binary: string,
    reason: string,
    /** The last lines that the server wrote. */
    readonly log: string,
  ) {
    super(`${binary} did not start: ${reason}. Its log:\n${log || '(nothing)'}`);
  }
}

/** Thrown if the server's state does not permit an operation. */
export class RedisStateError extends LocalRedisError {
  constructor(action: string, state: string) {
    super(`Cannot ${action} a Redis that ${state}.`);
  }
}
