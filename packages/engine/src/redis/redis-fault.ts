import {
  CommandTooLargeError,
  NotConnectedError,
  UnsupportedRedisError,
} from '../errors/errors.js';
import { isError } from '../base/thrown.js';
import { isReply, REMEDIES, replyCode, type Remedy } from '../errors/redis-reply.js';

/**
 * What a failed command says about itself. `refused`: it had no effect. `unknown`: it was sent and may have had its
 * effect.
 */
export type Effect = 'refused' | 'unknown';

export interface RedisFault {
  /** The first word of Redis's error; `CONNECTION`; or `OTHER` for what did not come from Redis. */
  readonly code: string;
  readonly effect: Effect;
  readonly remedy: Remedy;
}

// How ioredis and the operating system say that a connection was lost, or gave no reply in time.
const CONNECTION_LOSS =
  /max retries per request|Connection is closed|aborted due to connection close|Command timed out|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket/i;

/** Reads an error that ioredis gave. */
export function redisFault(error: unknown): RedisFault {
  const message = isError(error) ? String(error.message) : String(error);
  if (isReply(error)) {
    const code = replyCode(message);
    return { code, effect: 'refused', remedy: REMEDIES[code] ?? 'alert' };
  }
  // Both say that nothing was done, and that it would be no better the next time.
  if (error instanceof CommandTooLargeError || error instanceof UnsupportedRedisError) {
    return { code: 'OTHER', effect: 'refused', remedy: 'alert' };
  }
  // The first is ours, and ioredis says the second before it has written anything.
  if (error instanceof NotConnectedError || message.startsWith("Stream isn't writeable")) {
    return { code: 'CONNECTION', effect: 'refused', remedy: 'reconnect' };
  }
  if (CONNECTION_LOSS.test(message)) {
    return { code: 'CONNECTION', effect: 'unknown', remedy: 'reconnect' };
  }
  return { code: 'OTHER', effect: 'unknown', remedy: 'alert' };
}
