import { expect } from '@jest/globals';
import type { JobNameOrContract } from '@nestcraft/engine';
import { workMatchers, type EnqueuedExpectation } from './matchers.js';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> {
    /**
     * Asserts that the application under test has enqueued the job since the test began or was cleared.
     *
     * @param args the arguments as they were given; may contain matchers such as `expect.any(String)`. Default: any
     * arguments
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
  // The matchers of @types/jest, for tests that use Jest's globals.
  namespace jest {
    interface Matchers<R, T> {
      /** Asserts that the application under test has enqueued the job since the test began or was cleared. */
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
