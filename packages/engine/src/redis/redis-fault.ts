import { ReplyError } from 'ioredis';
import { CommandTooLargeError, NotConnectedError, UnsupportedRedisError } from '../errors.js';

/**
 * What a failed command says about itself. `refused`: it had no effect. `unknown`: it was sent and may have had its
 * effect.
 */
export type Effect = 'refused' | 'unknown';

/**
 * What helps. `retry`: the same connection, later. `reconnect`: a new connection may reach a server that takes it.
 * `alert`: nothing by itself; a person or a code change must help.
 */
export type Remedy = 'retry' | 'reconnect' | 'alert';

export interface RedisFault {
  /** The first word of Redis's error; `CONNECTION`; or `OTHER` for what did not come from Redis. */
  readonly code: string;
  readonly effect: Effect;
  readonly remedy: Remedy;
}

const REMEDIES: Readonly<Record<string, Remedy>> = {
  LOADING: 'retry',
  BUSY: 'retry',
  TRYAGAIN: 'retry',
  // A slot that moves from one node of a Cluster to another, key by key; and one that has moved.
  ASK: 'retry',
  MOVED: 'reconnect',
  CLUSTERDOWN: 'retry',
  MASTERDOWN: 'retry',
  NOREPLICAS: 'retry',
  OOM: 'retry',
  NOSCRIPT: 'retry',
  MISCONF: 'retry',
  READONLY: 'reconnect',
  UNBLOCKED: 'reconnect',
};

// How ioredis and the operating system say that a connection was lost, or gave no reply in time.
const CONNECTION_LOSS =
  /max retries per request|Connection is closed|aborted due to connection close|Command timed out|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket/i;

/** Reads an error that ioredis gave. */
export function redisFault(error: unknown): RedisFault {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ReplyError) {
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

// How Redis before 7.0 says that a command of a script has failed.
const SCRIPT_FAILED = 'ERR Error running script';

/**
 * The code of an error that Redis has answered. A refusal inside MULTI arrives as EXECABORT that quotes the reason, if at
 * all; one inside a script, from a Redis before 7.0, as an ERR that does.
 */
export function replyCode(message: string): string {
  const [code = 'ERR'] = message.split(/[\s:]/, 1);
  if (code !== 'EXECABORT' && !message.startsWith(SCRIPT_FAILED)) return code;
  const words = new Set(message.split(/\W+/));
  return Object.keys(REMEDIES).find((known) => words.has(known)) ?? code;
}
