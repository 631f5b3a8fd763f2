import { types } from 'node:util';
import { MAX_DELAY } from '../base/delay.js';
import { shown } from '../base/shown.js';
import { InvalidOptionError } from '../errors/errors.js';
import { duration, milliseconds, type Duration } from '../options/duration.js';
import {
  assertOptions,
  isRecord,
  required,
  rule,
  ruleBy,
  type OptionTable,
} from '../options/option-rules.js';

/** When a job is enqueued, and whether it may wait beside another one like it. */
export interface EnqueueOptions {
  /**
   * How long the job waits before it is put into its queue: milliseconds or a text such as `5m`, up to 100 years. It is
   * rounded up to whole seconds, so no job runs early. Default: it is put into its queue at once. Not together with `at`.
   */
  readonly in?: Duration | undefined;
  /**
   * When the job is put into its queue, rounded up to a whole second; at once if that time has passed. Default: at once.
   * Not together with `in`.
   */
  readonly at?: Date | undefined;
  /**
   * Whether the job is left out if another one like it waits already, in its queue or for its time; default `false`.
   *
   * With `true`, the other job is like it if name and arguments are the same. It stays as it is. With `{ key }`, it is
   * like it if name and key are the same. It keeps its id and its time, and runs with the new arguments.
   *
   * The claim of a unique job ends when the job is started, unless `uniqueUntil` of its handler says otherwise.
   */
  readonly unique?: boolean | UniqueBy | undefined;
}

/** What makes two unique jobs of one name the same. */
export interface UniqueBy {
  /** An object that JSON can hold. The order of its members does not matter. */
  readonly key: object;
}

/** Options without unknown ones, which a type parameter would let through. */
export type Known<Options extends EnqueueOptions> = Options &
  Readonly<Record<Exclude<keyof Options, keyof EnqueueOptions>, never>>;

/** When a job is put into its queue: after some seconds, or at a time in seconds since the epoch. */
export type JobTime = { readonly in: number } | { readonly at: number };

/** Options of one job, as the scripts need them. */
export interface EnqueuePlan {
  /** `undefined`: at once. */
  readonly when: JobTime | undefined;
  readonly unique: boolean;
  /** The caller's key of a unique job; `undefined`: its arguments are the key. */
  readonly key: object | undefined;
}

/** The plan of a job without options. */
export const AT_ONCE: EnqueuePlan = { when: undefined, unique: false, key: undefined };

const UNIQUE_BY: OptionTable<UniqueBy> = {
  key: required(rule('an object: what makes two jobs the same', isKey)),
};

const UNIQUE = 'true, false, or { key } with an object';

/** The rules for `EnqueueOptions`. */
export const ENQUEUE_OPTIONS: OptionTable<EnqueueOptions> = {
  in: duration(0, MAX_DELAY * 1000, '0 to 100 years'),
  at: rule('a valid Date', (value) => types.isDate(value) && !Number.isNaN(value.getTime())),
  unique: ruleBy(UNIQUE, (value, option) => {
    if (typeof value === 'boolean') return;
    if (!isRecord(value)) throw new InvalidOptionError(option, value, UNIQUE);
    assertOptions(`"${option}"`, value, UNIQUE_BY, option);
  }),
};

/**
 * Checks the options of one job, and says how it is to be enqueued.
 *
 * @param place the call whose options they are, for messages
 * @param parent what stands before their names in messages: `jobs[3].options`
 * @throws InvalidOptionError, UnknownOptionError
 */
export function enqueuePlan(place: string, given: unknown, parent?: string): EnqueuePlan {
  if (given === undefined) return AT_ONCE;
  assertOptions(place, given, ENQUEUE_OPTIONS, parent);
  const { in: delay, at, unique } = given;
  if (delay !== undefined && at !== undefined) throw twoTimes(delay, at);
  return {
    when: timeOf(delay, at),
    unique: Boolean(unique),
    key: typeof unique === 'object' ? unique.key : undefined,
  };
}

function isKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Whole seconds, rounded up. */
function timeOf(delay: Duration | undefined, at: Date | undefined): JobTime | undefined {
  if (delay !== undefined) return { in: Math.ceil(milliseconds('in', delay) / 1000) };
  return at && { at: Math.ceil(at.getTime() / 1000) };
}

function twoTimes(delay: Duration, at: Date): InvalidOptionError {
  return new InvalidOptionError('at', at, 'left out beside "in"', {
    message: `Options "in" (${shown(delay)}) and "at" (${shown(at)}) exclude each other. Give "in" for a delay, or "at" for a time.`,
  });
}
