import { errorLine } from '../errors/error-text.js';
import { NotConnectedError, UnsupportedRedisError } from '../errors/errors.js';
import { adviceAbout, isRefusal, isReply } from '../errors/redis-reply.js';
import { tlsAdvice } from '../errors/tls-fault.js';

/** Returns Redis's error, or the reason for its silence, with advice: one or two sentences. Never throws. */
export function redisReason(error: unknown): string {
  return `${errorLine(error).replace(/\.$/, '')}. ${redisAdvice(error)}`.trimEnd();
}

/** Returns advice about an error reply or a failed TLS handshake; empty if there is none. Never throws. */
export function redisAdvice(error: unknown): string {
  return tlsAdvice(error) ?? (isAnswer(error) ? adviceAbout(error.message) : '');
}

/** Returns the same as a problem, which says whether Redis is silent or refuses commands. */
export function redisProblem(error: unknown): string {
  return `${refuses(error) ? 'Redis refuses' : 'Redis does not answer'}: ${redisReason(error)}`;
}

/** Returns whether Redis is reachable but rejects commands. */
export function refuses(error: unknown): boolean {
  const isRefused = error instanceof NotConnectedError && isRefusal(error.cause);
  return isAnswer(error) || isRefused || error instanceof UnsupportedRedisError;
}

function isAnswer(error: unknown): error is Error {
  try {
    return isReply(error);
  } catch {
    return false; // It cannot even be read.
  }
}
