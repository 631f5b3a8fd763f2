import { errorLine } from '../errors/error-text.js';
import { NotConnectedError, UnsupportedRedisError } from '../errors/errors.js';
import { adviceAbout, isRefusal, isReply } from '../errors/redis-reply.js';

/** What Redis has said, or what has kept it from that, and what to do about it: one sentence or two. Never throws. */
export function redisReason(error: unknown): string {
  return `${errorLine(error).replace(/\.$/, '')}. ${redisAdvice(error)}`.trimEnd();
}

/** What to do about something that Redis has answered; empty where that is not known. Never throws. */
export function redisAdvice(error: unknown): string {
  return isAnswer(error) ? adviceAbout(error.message) : '';
}

/** The same as a problem: whether Redis does not answer, or does and refuses. */
export function redisProblem(error: unknown): string {
  return `${refuses(error) ? 'Redis refuses' : 'Redis does not answer'}: ${redisReason(error)}`;
}

/** Whether Redis is there, and refuses. */
export function refuses(error: unknown): boolean {
  const isRefused = error instanceof NotConnectedError && isRefusal(error.cause);
  return isAnswer(error) || isRefused || error instanceof UnsupportedRedisError;
}

function isAnswer(error: unknown): error is Error {
  try {
    return isReply(error);
  } catch {
    return false; // It cannot even be looked at.
  }
}
