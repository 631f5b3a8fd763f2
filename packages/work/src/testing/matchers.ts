import { InvalidOptionError, jobNameOf, type JobNameOrContract } from '@nestcraft/engine';
import { assertJobName } from '@nestcraft/engine/internal';
import { milliseconds } from './duration.js';
import type { EnqueuedJob } from './enqueued-jobs.js';
import type { WorkTesting } from './work-testing.js';

/** What else `toHaveEnqueued` looks at. */
export interface EnqueuedExpectation {
  /** When the job is to run, to the second. */
  readonly at?: Date;
  /** How long after it was enqueued it is to run: `5m`, or seconds. `0` for at once. */
  readonly in?: string | number;
  /** How often; default once or more. */
  readonly times?: number;
}

type Print = (value: unknown) => string;

/** What Jest and Vitest give to matchers. */
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

// A delay counts from whole seconds that are rounded up.
const ROUNDING = 1_000;
const MAX_SHOWN = 20;

/**
 * Matchers for `expect.extend`. `@nestcraft/work/testing/jest` extends that of Jest, and `@nestcraft/work/testing/vitest`
 * that of Vitest, with types.
 *
 * `expect(work).toHaveEnqueued(job, args?, { at?, in?, times? })`: the application has enqueued it since the test began,
 * or was cleared. `args` may hold `expect.any(String)` and the like; without them any will do.
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
        'what createWorkTesting() returned',
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

/** By what it has: another copy of this package may have made it. */
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

/** What was enqueued, those of the name first, one a line. */
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
