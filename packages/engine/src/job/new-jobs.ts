import { InvalidOptionError } from '../errors/errors.js';
import type { NewJob } from './job-contract.js';
import { assertKnown } from '../options/option-rules.js';

const MEMBERS: readonly string[] = ['name', 'args', 'contract'];

/** Checks what is given as jobs. What is in their members is looked at later. @throws InvalidOptionError */
export function assertNewJobs(jobs: unknown): asserts jobs is readonly NewJob[] {
  if (!Array.isArray(jobs)) {
    throw new InvalidOptionError('jobs', jobs, 'an array of { name, args }');
  }
  jobs.forEach(assertNewJob);
}

/** A mere object has known members only; a `Job` that is enqueued once more has other ones, too. */
function assertNewJob(job: unknown, index: number): void {
  if (typeof job !== 'object' || job === null) {
    const expected = '{ name, args }, or what a contract makes by with()';
    throw new InvalidOptionError(`jobs[${index}]`, job, expected);
  }
  for (const key in job) {
    if (MEMBERS.includes(key)) continue;
    if (Object.getPrototypeOf(job) !== Object.prototype) return;
    assertKnown('a job of enqueueMany()', job, MEMBERS);
  }
}
