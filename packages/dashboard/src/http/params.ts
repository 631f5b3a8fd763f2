import { assertJobName } from '@nestcraft/work/internal';
import { Problem } from './problem.js';

/** A query or a body whose values are not validated yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The maximum number of jobs in a list. */
export const MAX_LISTED = 200;

/** The maximum number of selected jobs. */
export const MAX_SELECTED = 200;

/** The largest position in a list that can be requested. */
export const LAST = 1_000_000_000;

/** The maximum length of a job's id, in characters. */
export const MAX_ID = 1_000;
// The largest number of seconds since the epoch that a Date can hold.
const FURTHEST = 8.64e12;

/** Reads an integer from a query or a body. @throws Problem */
export function integer(name: string, value: unknown, least: number, most: number): number {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  throw new Problem(400, 'invalid', `"${name}" must be a whole number from ${least} to ${most}.`);
}

/** Reads a string from a query or a body. @throws Problem */
export function text(name: string, value: unknown, longest = 300): string {
  if (typeof value === 'string' && value !== '' && value.length <= longest) return value;
  throw new Problem(400, 'invalid', `"${name}" must be a string of 1 to ${longest} characters.`);
}

/** Reads the name of a job and its queue: one that cannot address other keys. @throws Problem, InvalidJobNameError */
export function jobName(name: string, value: unknown): string {
  const named = text(name, value);
  assertJobName(named);
  return named;
}

/** Returns `undefined` for a missing value, otherwise the result of `read`. */
export function optional<Value>(
  value: unknown,
  read: (value: unknown) => Value,
): Value | undefined {
  return value === undefined ? undefined : read(value);
}

/** Reads one of several words. @throws Problem */
export function oneOf<Word extends string>(
  name: string,
  value: unknown,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new Problem(400, 'invalid', `"${name}" must be one of ${words.join(', ')}.`);
}

/** Reads a job's time, in seconds since the epoch. @throws Problem */
export function time(name: string, value: unknown): Date {
  return new Date(integer(name, value, -FURTHEST, FURTHEST) * 1000);
}

/** Reads a job's time; `null` for a score that no Date can hold. @throws Problem */
export function timeOrNone(name: string, value: unknown): Date | null {
  return value === null || value === 'null' ? null : time(name, value);
}

/** Reads the times and ids of jobs. @throws Problem */
export function jobRefs(
  name: string,
  value: unknown,
  most: number,
): { at: Date | null; id: string }[] {
  return list(name, value, most).map(({ at, id }) => ({
    at: timeOrNone('at', at),
    id: text('id', id, MAX_ID),
  }));
}

/** Reads the positions and ids of waiting jobs. @throws Problem */
export function jobPositions(
  name: string,
  value: unknown,
  most: number,
): { position: number; id: string }[] {
  return list(name, value, most).map(({ position, id }) => ({
    position: integer('position', position, 1, 1e12),
    id: text('id', id, MAX_ID),
  }));
}

function list(name: string, value: unknown, most: number): Fields[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > most) {
    throw new Problem(400, 'invalid', `"${name}" must be a list of 1 to ${most} jobs.`);
  }
  return value.map((one: unknown) => (one ?? {}) as Fields);
}
