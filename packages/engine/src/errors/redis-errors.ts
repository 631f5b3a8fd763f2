import { nameKinds } from './error-kind.js';
import { adviceAbout, isRefusal, isReply } from './redis-reply.js';
import { tlsAdvice } from './tls-fault.js';
import { reasonOf } from './wording.js';
import { WorkError } from './work-error.js';

/** Redis, or its configuration, cannot hold the queue. The message gives the reason and the remedy. */
export class UnsupportedRedisError extends WorkError {}

/** A newer version has written data that this version would misread, so its pools do not work in the namespace. */
export class NewerFormatError extends WorkError {
  constructor(
    /** The format of the data in Redis. */
    readonly format: number,
    /** The newest format that this version understands. */
    readonly understood: number,
  ) {
    super(
      `The data of this namespace has format ${format}, which a newer version has written. This version understands up to ${understood}. Upgrade this process.`,
    );
  }
}

/** The command was not sent: Redis is not connected, or it rejects the connection. */
export class NotConnectedError extends WorkError {
  constructor(
    readonly connection: string,
    /** How long the command waited for the connection, in milliseconds. */
    readonly waited: number,
    cause?: unknown,
  ) {
    const why = cause === undefined ? '' : `: ${reasonOf(cause)}`;
    const what = isRefusal(cause) ? 'was refused' : `is not ready after ${waited} ms`;
    super(`Redis connection "${connection}" ${what}${why}. ${adviceFor(cause)}`, { cause });
  }
}

/** A command is larger than Redis accepts. It was not sent. */
export class CommandTooLargeError extends WorkError {
  constructor(
    /** The command's name. */
    readonly command: string,
    /** The size of the command. */
    readonly bytes: number,
    /** The largest command that Redis accepts, in bytes. */
    readonly maxBytes: number,
  ) {
    super(
      `Command ${command.toUpperCase()} has ${bytes} bytes, but Redis accepts at most ${maxBytes}. It was not sent. Send less at a time.`,
    );
  }
}

function adviceFor(cause: unknown): string {
  const advice = tlsAdvice(cause);
  if (advice !== undefined) return advice;
  if (!isReply(cause)) return 'Check the address, and check that Redis is running.';
  return adviceAbout(cause.message) || 'Check the reply from Redis.';
}

nameKinds({ UnsupportedRedisError, NewerFormatError, NotConnectedError, CommandTooLargeError });
