import {
  InvalidOptionError,
  jobNameOf,
  type Duration,
  type JobNameOrContract,
} from '@nestcraft/engine';
import { assertJobName, milliseconds } from '@nestcraft/engine/internal';

import type { EnqueuedJob } from './enqueued-jobs.js';
import type { WorkTesting } from './work-testing.js';

/** Further expectations of `toHaveEnqueued`. */
export interface EnqueuedExpectation {
  /** The time at which the job is to run, to the second. */
  readonly at?: Date;
  /** The delay between enqueuing and running: milliseconds or a string such as `5m`; 0 for immediately. */
  readonly in?: Duration;
  /** The exact number of times; default: at least once. */
  readonly times?: number;
}

type Print = (value: unknown) => string;

/** The context that Jest and Vitest pass to matchers. */
export interface MatcherContext {
  equals(a: unknown, b: unknown): boolean;
  readonly utils: {
    readonly printExpected: Print;
    readonly printReceived: Print;
  };
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

// Run times are rounded up to whole seconds.
const ROUNDING = 1_000;
const MAX_SHOWN = 20;

/**
 * Matchers for `expect.extend`. `@nestcraft/work/testing/jest` extends Jest's `expect`, and
 * `@nestcraft/work/testing/vitest` extends Vitest's, with types.
 *
 * `expect(work).toHaveEnqueued(job, args?, { at?, in?, times? })`: the application has enqueued the job since the test
 * began or was cleared. `args` may contain matchers such as `expect.any(String)`; without `args`, any arguments match.
 */
export const workMatchers = {
  toHaveEnqueued(
    this: MatcherContext,
    work: unknown,
    job: JobNameOrContract,
    args?: unknown,
    options: EnqueuedExpectation = {},
  ): MatcherResult {
    if (!isWorkTesting(work)) {
      throw new InvalidOptionError(
        'expect(…).toHaveEnqueued',
        work,
        'the value that createWorkTesting() returned',
      );
    }
    const name = jobNameOf(job);
    assertJobName(name);
    const found = work.enqueued.filter(
      (one) =>
        one.name === name &&
        (args === undefined || this.equals(one.args, args ?? {})) &&
        isAt(one, options),
    );
    const { times } = options;
    const pass = times === undefined ? found.length > 0 : found.length === times;
    return {
      pass,
      message: () =>
        [
          `Expected: ${pass ? 'no ' : ''}${wanted(name, args, options, this.utils.printExpected)}`,
          `Fitting: ${found.length}`,
          `Enqueued:${listed(work.enqueued, name, this.utils.printReceived)}`,
        ].join('\n'),
    };
  },
};

/** Checks by shape, because another copy of this package may have created it. */
function isWorkTesting(value: unknown): value is Pick<WorkTesting, 'enqueued'> {
  return (
    typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'enqueued'))
  );
}

function isAt({ runAt, enqueuedAt }: EnqueuedJob, { at, in: delay }: EnqueuedExpectation): boolean {
  if (at && Math.ceil(at.getTime() / 1000) * 1000 !== runAt?.getTime()) return false;
  if (delay === undefined) return true;
  const expected = milliseconds('in', delay);
  const actual = runAt ? runAt.getTime() - enqueuedAt.getTime() : 0;
  return actual >= expected && actual < expected + ROUNDING;
}

function wanted(
  name: string,
  args: unknown,
  { at, in: delay, times }: EnqueuedExpectation,
  print: Print,
): string {
  return [
    `job ${print(name)}`,
    args === undefined ? 'with any arguments' : `with ${print(args)}`,
    at && `to run at ${print(at)}`,
    delay !== undefined && `to run ${print(delay)} after it is enqueued`,
    times !== undefined && `exactly ${times === 1 ? 'once' : `${times} times`}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** Lists the enqueued jobs, one per line, those of the given name first. */
function listed(jobs: readonly EnqueuedJob[], name: string, print: Print): string {
  if (jobs.length === 0) return ' nothing';
  const ordered = [
    ...jobs.filter((job) => job.name === name),
    ...jobs.filter((job) => job.name !== name),
  ];
  const lines = ordered.slice(0, MAX_SHOWN).map((job) => {
    const time = job.runAt ? `, to run at ${print(job.runAt)}` : '';
    return `  ${print(job.name)} with ${print(job.args)}${time}`;
  });
  const left = ordered.length - lines.length;
  return ['', ...lines, ...(left > 0 ? [`  and ${left} more`] : [])].join('\n');
}
