import type { JobNameOrContract } from '@nestcraft/engine';
import { expect } from 'vitest';
import { workMatchers, type EnqueuedExpectation } from './matchers.js';

declare module 'vitest' {
  // The name and the default are Vitest's: merged declarations must agree.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars
  interface Assertion<T = any> {
    /**
     * Asserts that the application under test has enqueued the job since the test began or was cleared.
     *
     * @param args the arguments as they were given; may contain matchers such as `expect.any(String)`. Default: any
     * arguments
     */
    toHaveEnqueued(job: JobNameOrContract, args?: unknown, options?: EnqueuedExpectation): void;
  }
}

expect.extend(workMatchers);
