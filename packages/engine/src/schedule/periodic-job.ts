import { InvalidOptionError, InvalidScheduleError } from '../errors/errors.js';
import { namesIn } from '../job/field-paths.js';
import { goString } from '../job/go-json.js';
import { encodeArgs, type JobArgs } from '../job/job-args.js';
import {
  isJobContract,
  jobNameOf,
  type JobContract,
  type JobNameOrContract,
} from '../job/job-contract.js';
import { assertJobName } from '../job/job-name.js';
import { assertOptions, oneOf, rule, type OptionTable } from '../options/option-rules.js';
import { parseSchedule, SCHEDULE_OPTIONS, type Schedule } from './schedule.js';

/** Options of a schedule. */
export interface PeriodicOptions<Args extends JobArgs = JobArgs> {
  /** The arguments of every job; default none. */
  readonly args?: Args | null | undefined;
  /** The time zone of the spec, such as `Europe/Berlin`; default: the zone named in the spec, or `UTC`. */
  readonly timezone?: string | undefined;
  /**
   * The behaviour when the previous job is still waiting or running: `allow` enqueues another one (default), `skip`
   * does not.
   */
  readonly overlap?: 'allow' | 'skip' | undefined;
  /**
   * The behaviour after a period without a running pool: `skip` ignores missed firings (default), `last` runs the last
   * one.
   */
  readonly missed?: 'skip' | 'last' | undefined;
}

/** The rules for the options of a schedule. */
export const PERIODIC_OPTIONS: OptionTable<PeriodicOptions> = {
  args: rule('an object, or null for none', (value) => {
    return typeof value === 'object' && !Array.isArray(value);
  }),
  ...SCHEDULE_OPTIONS,
  overlap: oneOf('allow', 'skip'),
  missed: oneOf('skip', 'last'),
};

/** The options for a contract; they may be omitted if its arguments may. */
export type PeriodicContractOptions<Input extends JobArgs> =
  Record<string, never> extends Input
    ? [options?: PeriodicOptions<Input>]
    : [options: PeriodicOptions<Input> & { readonly args: Input }];

/** A job that a schedule enqueues repeatedly. */
export interface PeriodicJob {
  readonly jobName: string;
  readonly contract: JobContract | undefined;
  readonly schedule: Schedule;
  /** The prefix of its jobs' ids: the same in every process that registers the same schedule and name. */
  readonly id: string;
  readonly argsText: string;
  readonly overlap: 'allow' | 'skip';
  readonly missed: 'skip' | 'last';
}

/** @throws InvalidScheduleError, InvalidJobNameError, InvalidJobArgsError, InvalidOptionError */
export function periodicJob(
  spec: string,
  job: JobNameOrContract,
  options: PeriodicOptions,
  now: Date,
): PeriodicJob {
  const jobName = jobNameOf(job);
  assertJobName(jobName);
  assertOptions(`the schedule of "${jobName}"`, options, PERIODIC_OPTIONS);
  const { args, timezone, overlap = 'allow', missed = 'skip' } = options;
  const contract = isJobContract(job) ? job : undefined;
  if (contract) assertPlain(contract, args);
  const schedule = parseSchedule(spec, { timezone });
  if (schedule.next(now) === null) throw new InvalidScheduleError(spec, 'it never fires');
  return {
    jobName,
    contract,
    schedule,
    id: `periodic:${jobName}:${schedule.spec}`,
    argsText: encodeArgs(jobName, args),
    overlap,
    missed,
  };
}

/** All pools must write the same bytes for a firing, and encryption never yields the same bytes twice. */
function assertPlain({ name, encrypt }: JobContract, args: object | null | undefined): void {
  const secrets = encrypt.map((path) => namesIn(path)[0] ?? '');
  const secret = secrets.find((key) => Object.hasOwn(args ?? {}, key));
  if (secret === undefined) return;
  throw new InvalidOptionError('args', undefined, 'without encrypted fields', {
    message: `The schedule of "${name}" cannot have the argument "${secret}": it is encrypted, and the arguments of a schedule are not. Let the handler read the value, or enqueue another job with it.`,
  });
}

/** @throws InvalidJobArgsError if the arguments do not fit the job's contract */
export async function checkPeriodicJob({ contract, argsText }: PeriodicJob): Promise<void> {
  await contract?.check((JSON.parse(argsText) as JobArgs | null) ?? {});
}

/**
 * The start and the rest of the entries of a schedule's firings. Between them are the time, `","t":` and the time
 * again.
 */
export interface FiringForm {
  readonly start: string;
  readonly rest: string;
}

/**
 * Returns the form of firings, exactly as gocraft/work writes them. A Go process therefore adds the same member to the
 * scheduled jobs for the same schedule.
 *
 * @param uniqueKey the claim of a schedule whose jobs do not overlap
 */
export function firingForm(
  { jobName, id, argsText }: Pick<PeriodicJob, 'jobName' | 'id' | 'argsText'>,
  uniqueKey?: string,
): FiringForm {
  const unique =
    uniqueKey === undefined ? '' : `,"unique":true,"unique_key":${JSON.stringify(uniqueKey)}`;
  return { start: firingStart(jobName, id), rest: `,"args":${argsText}${unique}}` };
}

/** Returns the start of the entries of a schedule's firings, independent of their arguments. */
export function firingStart(jobName: string, id: string): string {
  const [name, idAndQuote] = [jobName, `${id}:`].map((text) => goString(text, 'go1.22'));
  return `{"name":${name},"id":${idAndQuote?.slice(0, -1)}`;
}

/** Returns the entry of a firing. `time` is in seconds since the epoch. */
export function firingEntry(job: PeriodicJob, time: number, uniqueKey?: string): string {
  const { start, rest } = firingForm(job, uniqueKey);
  return `${start}${time}","t":${time}${rest}`;
}

/** Parses a schedule's id into the job name and the schedule; `undefined` for other texts. */
export function scheduleOf(id: string): { jobName: string; schedule: Schedule } | undefined {
  const [, jobName, spec] = /^periodic:(.+):([^:]+)$/s.exec(id) ?? [];
  if (jobName === undefined || spec === undefined) return undefined;
  try {
    return { jobName, schedule: parseSchedule(spec) };
  } catch {
    return undefined;
  }
}

/** Returns the latest firing after `start` and until `end`, in seconds; `undefined` if there is none. */
export function lastFiring(schedule: Schedule, start: number, end: number): number | undefined {
  // Searches growing intervals backwards, so that a schedule that fires every second costs no more than others.
  for (let back = 60; ; back *= 4) {
    const from = Math.max(start, end - back);
    let last: number | undefined;
    for (const time of firings(schedule, from, end)) last = time;
    if (last !== undefined || from === start) return last;
  }
}

/** Yields the firings after `start` and until `end`, in seconds since the epoch. */
export function* firings(schedule: Schedule, start: number, end: number): Generator<number> {
  let next = schedule.next(new Date(start * 1000));
  while (next && next.getTime() <= end * 1000) {
    yield next.getTime() / 1000;
    next = schedule.next(next);
  }
}
