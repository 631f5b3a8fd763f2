import { InvalidOptionError } from '../errors/errors.js';
import { isJobContract, type NewJob } from '../job/job-contract.js';
import { assertKnown } from '../options/option-rules.js';

const MEMBERS: readonly string[] = ['name', 'contract', 'args', 'options'];
const EXPECTED = '{ name, args, options }, or a job made by the with() of a contract';

/** Checks the shape of new jobs; names, arguments and options are checked later. @throws InvalidOptionError */
export function assertNewJobs(jobs: unknown): asserts jobs is readonly NewJob[] {
  if (!Array.isArray(jobs)) {
    throw new InvalidOptionError('jobs', jobs, 'an array of { name, args, options }');
  }
  jobs.forEach(assertNewJob);
}

function assertNewJob(job: unknown, index: number): void {
  if (typeof job !== 'object' || job === null) {
    throw new InvalidOptionError(`jobs[${index}]`, job, EXPECTED);
  }
  assertMembers(job);
  const { contract, name } = job as { readonly contract?: unknown; readonly name?: unknown };
  if (contract === undefined) return;
  if (!isJobContract(contract)) {
    throw new InvalidOptionError(`jobs[${index}].contract`, contract, 'made by defineJob()');
  }
  if (name !== undefined) {
    throw new InvalidOptionError(`jobs[${index}].name`, name, 'omitted if a contract is given');
  }
}

/** Checks that a plain object has only known members. A `Job` that is enqueued again has others, too. */
function assertMembers(job: object): void {
  for (const key in job) {
    if (MEMBERS.includes(key)) continue;
    if (Object.getPrototypeOf(job) !== Object.prototype) return;
    assertKnown('a job of enqueueMany()', job, MEMBERS);
  }
}
