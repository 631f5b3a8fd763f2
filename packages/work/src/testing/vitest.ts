import type { JobNameOrContract } from '@nestcraft/engine';
import { expect } from 'vitest';
import { workMatchers, type EnqueuedExpectation } from './matchers.js';

declare module 'vitest' {
  // The name and the default are Vitest's own: declarations that are merged have to agree.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars
  interface Assertion<T = any> {
    /**
     * The application under test has enqueued the job since the test began, or was cleared.
     *
     * @param args as they were given; may hold `expect.any(String)` and the like. Left out, any will do
     */
    toHaveEnqueued(job: JobNameOrContract, args?: unknown, options?: EnqueuedExpectation): void;
  }
}

expect.extend(workMatchers);
