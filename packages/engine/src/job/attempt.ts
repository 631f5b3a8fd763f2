import { hostname } from 'node:os';
import { backtraceText, errorText } from '../errors/error-text.js';
import type { Failure } from './failure.js';

/** One failed run of a job. */
export interface JobAttempt {
  /** When it ended, to the second. */
  readonly at: Date;
  /** How long it took, in milliseconds; `undefined` if its process died during the run. */
  readonly duration: number | undefined;
  /** The number of failures of the job, including this one. */
  readonly fails: number;
  readonly error: string;
  /** The error's stack without its message. */
  readonly backtrace: string | undefined;
  /** The host on which it ran. */
  readonly host: string;
  readonly pid: number;
}

/** The number of a job's attempts that are kept, and the milliseconds for which they are kept after the last one. */
export const ATTEMPTS = { max: 10, ttl: 7 * 24 * 3600 * 1000 } as const;

const MAX_ERROR_BYTES = 2 * 1024;
const MAX_BACKTRACE_BYTES = 4 * 1024;
const HOST = hostname(); // Read once, because it costs a system call.

/**
 * Returns an attempt as JSON, for Redis.
 *
 * @param thrown the error behind the failure; a shorter text is derived from it if the failure's own is too long
 */
export function attemptText(
  failure: Failure,
  duration: number | undefined,
  thrown: unknown = failure.error,
): string {
  const { at, fails, error, backtrace } = failure;
  return JSON.stringify({
    at,
    duration,
    fails,
    error: fits(error, MAX_ERROR_BYTES) ? error : errorText(thrown, MAX_ERROR_BYTES),
    backtrace: fits(backtrace, MAX_BACKTRACE_BYTES)
      ? backtrace
      : backtraceText(thrown, MAX_BACKTRACE_BYTES),
    host: HOST,
    pid: process.pid,
  });
}

function fits(text: string | undefined, bytes: number): boolean {
  return text === undefined || Buffer.byteLength(text) <= bytes;
}

/** Parses the output of `attemptText`; `undefined` for any other text. */
export function parseAttempt(text: string): JobAttempt | undefined {
  try {
    const { at, ...rest } = JSON.parse(text) as Omit<JobAttempt, 'at'> & { at: number };
    const isOne = typeof at === 'number' && typeof rest.error === 'string';
    return isOne ? { ...rest, at: new Date(at * 1000) } : undefined;
  } catch {
    return undefined;
  }
}
