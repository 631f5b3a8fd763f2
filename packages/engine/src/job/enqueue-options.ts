import { MAX_DELAY } from '../base/delay.js';
import { shown } from '../base/shown.js';
import { InvalidOptionError } from '../errors/errors.js';
import { duration, wholeSeconds } from '../options/duration.js';
import { type Duration } from '../base/duration.js';
import {
  assertOptions,
  isRecord,
  required,
  rule,
  ruleBy,
  type OptionTable,
} from '../options/option-rules.js';
import { DATE } from '../options/shared-options.js';

/** When a job is enqueued, and whether it may wait together with an equal one. */
export interface EnqueueOptions {
  /**
   * How long the job waits before it enters its queue: milliseconds or a text such as `5m`, up to 100 years. Rounded up
   * to whole seconds, so no job runs early. Default: it enters its queue immediately. Excludes `at`.
   */
  readonly in?: Duration | undefined;
  /**
   * When the job enters its queue, rounded up to a whole second; immediately if that time has passed. Default:
   * immediately. Excludes `in`.
   */
  readonly at?: Date | undefined;
  /**
   * Whether the job is skipped if an equal one is already waiting, in its queue or for its time; default `false`.
   *
   * With `true`, jobs with the same name and arguments are equal. The waiting job is not changed. With `{ key }`, jobs
   * with the same name and key are equal. The waiting job keeps its id and time, and runs with the new arguments.
   *
   * The claim of a unique job ends when the job starts, unless `uniqueUntil` of its handler changes that.
   */
  readonly unique?: boolean | UniqueBy | undefined;
}

/** Decides whether two unique jobs of one name are equal. */
export interface UniqueBy {
  /** A JSON object. The order of its members does not matter. */
  readonly key: object;
}

/** Options without unknown members, which a type parameter would admit. */
export type Known<Options extends EnqueueOptions> = Options &
  Readonly<Record<Exclude<keyof Options, keyof EnqueueOptions>, never>>;

/** When a job enters its queue: after some seconds, or at a time in seconds since the epoch. */
export type JobTime = { readonly in: number } | { readonly at: number };

/** The options of one job, in the form that the scripts need. */
export interface EnqueuePlan {
  /** `undefined`: immediately. */
  readonly when: JobTime | undefined;
  readonly unique: boolean;
  /** The caller's key of a unique job; `undefined`: its arguments serve as the key. */
  readonly key: object | undefined;
}

/** The plan of a job without options. */
export const AT_ONCE: EnqueuePlan = { when: undefined, unique: false, key: undefined };

const UNIQUE_BY: OptionTable<UniqueBy> = {
  key: required(rule('an object, such as { page: 7 }', isKey)),
};

const UNIQUE = 'true, false, or { key } with an object';

/** The rules for `EnqueueOptions`. */
export const ENQUEUE_OPTIONS: OptionTable<EnqueueOptions> = {
  in: duration(0, MAX_DELAY * 1000, '0 to 100 years'),
  at: DATE,
  unique: ruleBy(UNIQUE, (value, option) => {
    if (typeof value === 'boolean') return;
    if (!isRecord(value)) throw new InvalidOptionError(option, value, UNIQUE);
    assertOptions(`"${option}"`, value, UNIQUE_BY, option);
  }),
};

/**
 * Validates the options of one job and converts them to a plan.
 *
 * @param place the call that takes the options, for messages
 * @param parent precedes their names in messages: `jobs[3].options`
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

/** Returns the time in whole seconds, rounded up. */
function timeOf(delay: Duration | undefined, at: Date | undefined): JobTime | undefined {
  if (delay !== undefined) return { in: wholeSeconds('in', delay) };
  return at && { at: Math.ceil(at.getTime() / 1000) };
}

function twoTimes(delay: Duration, at: Date): InvalidOptionError {
  return new InvalidOptionError('at', at, 'left out beside "in"', {
    message: `Options "in" (${shown(delay)}) and "at" (${shown(at)}) exclude each other. Use "in" for a delay, or "at" for a time.`,
  });
}
