import { InvalidScheduleError } from '../errors/errors.js';
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
  /** The time zone whose clocks the spec goes by, such as `Europe/Berlin`; default `UTC`, or what the spec names. */
  readonly timezone?: string | undefined;
  /** What happens when the last job still waits or runs: `allow` enqueues another one (default), `skip` does not. */
  readonly overlap?: 'allow' | 'skip' | undefined;
  /** What happens after a time in which no pool ran: `skip` forgets what was missed (default), `last` runs the last. */
  readonly missed?: 'skip' | 'last' | undefined;
}

/** What the options of a schedule may be. */
export const PERIODIC_OPTIONS: OptionTable<PeriodicOptions> = {
  args: rule('an object, or null for none', (value) => {
    return typeof value === 'object' && !Array.isArray(value);
  }),
  ...SCHEDULE_OPTIONS,
  overlap: oneOf('allow', 'skip'),
  missed: oneOf('skip', 'last'),
};

/** Those of a contract: they may be left out where its arguments may. */
export type PeriodicContractOptions<Input extends JobArgs> =
  Record<string, never> extends Input
    ? [options?: PeriodicOptions<Input>]
    : [options: PeriodicOptions<Input> & { readonly args: Input }];

/** A job that is enqueued again and again by a schedule. */
export interface PeriodicJob {
  readonly jobName: string;
  readonly contract: JobContract | undefined;
  readonly schedule: Schedule;
  /** What the ids of its jobs start with: the same in every process that registers the same schedule and name. */
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
  const schedule = parseSchedule(spec, { timezone });
  if (schedule.next(now) === null) throw new InvalidScheduleError(spec, 'it never fires');
  return {
    jobName,
    contract: isJobContract(job) ? job : undefined,
    schedule,
    id: `periodic:${jobName}:${schedule.spec}`,
    argsText: encodeArgs(jobName, args),
    overlap,
    missed,
  };
}

/** @throws InvalidJobArgsError when the arguments do not fit the job's contract */
export async function checkPeriodicJob({ contract, argsText }: PeriodicJob): Promise<void> {
  await contract?.check((JSON.parse(argsText) as JobArgs | null) ?? {});
}

/** What the entries of a schedule's firings begin and end with; between stand their time, `","t":` and the time again. */
export interface FiringForm {
  readonly start: string;
  readonly rest: string;
}

/**
 * The form of firings, to the byte as gocraft/work writes them: then what a Go process adds for the same schedule is
 * the same member of the scheduled jobs.
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

/** What the entries of all firings of a schedule begin with, whatever their arguments. */
export function firingStart(jobName: string, id: string): string {
  const [name, idAndQuote] = [jobName, `${id}:`].map((text) => goString(text, 'go1.22'));
  return `{"name":${name},"id":${idAndQuote?.slice(0, -1)}`;
}

/** The entry of a firing. `time` in seconds since the epoch. */
export function firingEntry(job: PeriodicJob, time: number, uniqueKey?: string): string {
  const { start, rest } = firingForm(job, uniqueKey);
  return `${start}${time}","t":${time}${rest}`;
}

/** What a schedule's id tells: the job name, and when it fires; `undefined` for what is no such id. */
export function scheduleOf(id: string): { jobName: string; schedule: Schedule } | undefined {
  const [, jobName, spec] = /^periodic:(.+):([^:]+)$/s.exec(id) ?? [];
  if (jobName === undefined || spec === undefined) return undefined;
  try {
    return { jobName, schedule: parseSchedule(spec) };
  } catch {
    return undefined;
  }
}

/** The latest firing after `start` and until `end`, in seconds; `undefined` if there is none. */
export function lastFiring(schedule: Schedule, start: number, end: number): number | undefined {
  // Looks back over longer and longer times, so that a schedule that fires every second costs no more than others.
  for (let back = 60; ; back *= 4) {
    const from = Math.max(start, end - back);
    let last: number | undefined;
    for (const time of firings(schedule, from, end)) last = time;
    if (last !== undefined || from === start) return last;
  }
}

/** The firings after `start` and until `end`, in seconds since the epoch. */
export function* firings(schedule: Schedule, start: number, end: number): Generator<number> {
  let next = schedule.next(new Date(start * 1000));
  while (next && next.getTime() <= end * 1000) {
    yield next.getTime() / 1000;
    next = schedule.next(next);
  }
}
