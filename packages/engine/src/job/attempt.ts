import { hostname } from 'node:os';
import { backtraceText, errorText } from '../errors/error-text.js';
import type { Failure } from './failure.js';

/** One run of a job that failed. */
export interface JobAttempt {
  /** When it ended, to the second. */
  readonly at: Date;
  /** Milliseconds that it took; `undefined` where its process died under it. */
  readonly duration: number | undefined;
  /** The failures counted with it. */
  readonly fails: number;
  readonly error: string;
  /** The lines of the error's stack below its message. */
  readonly backtrace: string | undefined;
  /** Where it ran. */
  readonly host: string;
  readonly pid: number;
}

/** So many attempts of a job are remembered, and for so many milliseconds after the last. */
export const ATTEMPTS = { max: 10, ttl: 7 * 24 * 3600 * 1000 } as const;

const MAX_ERROR_BYTES = 2 * 1024;
const MAX_BACKTRACE_BYTES = 4 * 1024;
const HOST = hostname(); // which costs a system call each time

/**
 * As it stands in Redis: a JSON object.
 *
 * @param thrown what the failure is about: of a long one that is told more briefly here
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

/** What `attemptText` wrote; `undefined` for anything else. */
export function parseAttempt(text: string): JobAttempt | undefined {
  try {
    const { at, ...rest } = JSON.parse(text) as Omit<JobAttempt, 'at'> & { at: number };
    const isOne = typeof at === 'number' && typeof rest.error === 'string';
    return isOne ? { ...rest, at: new Date(at * 1000) } : undefined;
  } catch {
    return undefined;
  }
}
