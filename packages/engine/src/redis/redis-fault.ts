import {
  CommandTooLargeError,
  NotConnectedError,
  UnsupportedRedisError,
} from '../errors/errors.js';
import { isError } from '../base/thrown.js';
import { isReply, REMEDIES, replyCode, type Remedy } from '../errors/redis-reply.js';

/** Whether a failed command took effect. `refused`: it did not. `unknown`: it was sent and may have. */
export type Effect = 'refused' | 'unknown';

export interface RedisFault {
  /** The first word of Redis's error; `CONNECTION`; or `OTHER` for errors of other origins. */
  readonly code: string;
  readonly effect: Effect;
  readonly remedy: Remedy;
}

// The messages of ioredis and the operating system for a lost connection or a missing reply.
const CONNECTION_LOSS =
  /max retries per request|Connection is closed|aborted due to connection close|Command timed out|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket/i;

/** Classifies an error of ioredis. */
export function redisFault(error: unknown): RedisFault {
  const message = isError(error) ? String(error.message) : String(error);
  if (isReply(error)) {
    const code = replyCode(message);
    return { code, effect: 'refused', remedy: REMEDIES[code] ?? 'alert' };
  }
  // Neither had any effect, and a retry would fail the same way.
  if (error instanceof CommandTooLargeError || error instanceof UnsupportedRedisError) {
    return { code: 'OTHER', effect: 'refused', remedy: 'alert' };
  }
  // The first is ours; ioredis raises the second before it has written anything.
  if (error instanceof NotConnectedError || message.startsWith("Stream isn't writeable")) {
    return { code: 'CONNECTION', effect: 'refused', remedy: 'reconnect' };
  }
  if (CONNECTION_LOSS.test(message)) {
    return { code: 'CONNECTION', effect: 'unknown', remedy: 'reconnect' };
  }
  return { code: 'OTHER', effect: 'unknown', remedy: 'alert' };
}
