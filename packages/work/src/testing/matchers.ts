import {
  assertJobName,
  InvalidOptionError,
  jobNameOf,
  type JobNameOrContract,
} from '@nestcraft/engine';
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

/** What Jest and Vitest give to matchers. */
export interface MatcherContext {
  equals(a: unknown, b: unknown): boolean;
  readonly utils: {
    printExpected(value: unknown): string;
    printReceived(value: unknown): string;
  };
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

// A delay counts from whole seconds that are rounded up.
const ROUNDING = 1_000;

/**
 * Matchers for `expect.extend`, of Jest or Vitest. `@nestcraft/work/testing/jest` extends Jest's, with types.
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
        'what WorkTestingModule.create() returned',
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
    const wanted = { ...(args === undefined ? {} : { args }), ...options };
    const how =
      Object.keys(wanted).length === 0 ? '' : `, with ${this.utils.printExpected(wanted)}`;
    return {
      pass,
      message: () =>
        [
          `Expected job "${name}" ${pass ? 'not ' : ''}to have been enqueued${how}.`,
          `Such jobs were enqueued: ${found.length}.`,
          `All jobs that were enqueued (${work.enqueued.length}): ${this.utils.printReceived(work.enqueued.map(shown))}`,
        ].join('\n'),
    };
  },
};

/** Of whatever copy of this package: a test may be an ES module, and the application none. */
function isWorkTesting(work: unknown): work is WorkTesting {
  return Array.isArray((work as Partial<WorkTesting> | null | undefined)?.enqueued);
}

function isAt({ runAt, enqueuedAt }: EnqueuedJob, { at, in: delay }: EnqueuedExpectation): boolean {
  if (at && Math.ceil(at.getTime() / 1000) * 1000 !== runAt?.getTime()) return false;
  if (delay === undefined) return true;
  const expected = milliseconds('in', delay);
  const actual = runAt ? runAt.getTime() - enqueuedAt.getTime() : 0;
  return actual >= expected && actual < expected + ROUNDING;
}

function shown({ name, args, runAt }: EnqueuedJob): object {
  return runAt ? { name, args, runAt } : { name, args };
}
