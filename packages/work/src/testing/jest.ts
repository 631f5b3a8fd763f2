import { expect } from '@jest/globals';
import type { JobNameOrContract } from '@nestcraft/engine';
import { workMatchers, type EnqueuedExpectation } from './matchers.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /**
     * The application under test has enqueued the job since the test began, or was cleared.
     *
     * @param args as they were given; may hold `expect.any(String)` and the like. Left out, any will do
     */
    toHaveEnqueued(
      this: Matchers<R, T>,
      job: JobNameOrContract,
      args?: unknown,
      options?: EnqueuedExpectation,
    ): R;
  }
}

declare global {
  // Those of @types/jest, for who uses Jest's globals.
  namespace jest {
    interface Matchers<R, T> {
      /** The application under test has enqueued the job since the test began, or was cleared. */
      toHaveEnqueued(
        this: Matchers<R, T>,
        job: JobNameOrContract,
        args?: unknown,
        options?: EnqueuedExpectation,
      ): R;
    }
  }
}

expect.extend(workMatchers);
