import { hostname } from 'node:os';
import { backtraceText, errorText } from '../errors/error-text.js';
import type { Failure } from './failure.js';

/** One run of a job that failed. */
export interface JobAttempt {
  /** When it ended, to the second. */
  readonly at: Date;
  /** How long it took, in milliseconds; `undefined` if its process died during the run. */
  readonly duration: number | undefined;
  /** How often the job had failed, this run included. */
  readonly fails: number;
  readonly error: string;
  /** The lines of the error's stack below its message. */
  readonly backtrace: string | undefined;
  /** The host on which it ran. */
  readonly host: string;
  readonly pid: number;
}

/** How many attempts of a job are remembered, and for how many milliseconds after the last one. */
export const ATTEMPTS = { max: 10, ttl: 7 * 24 * 3600 * 1000 } as const;

const MAX_ERROR_BYTES = 2 * 1024;
const MAX_BACKTRACE_BYTES = 4 * 1024;
const HOST = hostname(); // Read once: it costs a system call.

/**
 * The JSON object that stands for an attempt in Redis.
 *
 * @param thrown the error behind the failure, from which a shorter text is made if the failure's own is too long
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

/** Reads a text that `attemptText` wrote; `undefined` for any other. */
export function parseAttempt(text: string): JobAttempt | undefined {
  try {
    const { at, ...rest } = JSON.parse(text) as Omit<JobAttempt, 'at'> & { at: number };
    const isOne = typeof at === 'number' && typeof rest.error === 'string';
    return isOne ? { ...rest, at: new Date(at * 1000) } : undefined;
  } catch {
    return undefined;
  }
}
