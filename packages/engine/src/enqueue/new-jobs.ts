import { InvalidOptionError, UnknownOptionError } from '../errors/errors.js';
import { ENQUEUE_OPTIONS } from '../job/enqueue-options.js';
import { isJobContract, type NewJob } from '../job/job-contract.js';
import { assertKnown, isRecord } from '../options/option-rules.js';

const MEMBERS: readonly string[] = ['name', 'contract', 'args', 'options'];
const EXPECTED = '{ name, args, options }, or a job made by the with() of a contract';

/** Checks the shape of new jobs; names, arguments and options are checked later. @throws InvalidOptionError */
export function assertNewJobs(jobs: unknown): asserts jobs is readonly NewJob[] {
  if (!Array.isArray(jobs)) {
    throw new InvalidOptionError('jobs', jobs, 'an array of { name, args, options }');
  }
  // Unlike forEach, the loop visits holes.
  for (let index = 0; index < jobs.length; index++) assertNewJob(jobs[index], index);
}

function assertNewJob(job: unknown, index: number): void {
  if (!isRecord(job)) throw new InvalidOptionError(`jobs[${index}]`, job, EXPECTED);
  assertMembers(job, index);
  const { contract, name } = job;
  if (contract === undefined) return;
  if (!isJobContract(contract)) {
    throw new InvalidOptionError(`jobs[${index}].contract`, contract, 'made by defineJob()');
  }
  if (name !== undefined) {
    throw new InvalidOptionError(`jobs[${index}].name`, name, 'omitted if a contract is given');
  }
}

/** Checks that a plain object has only known members. A `Job` that is enqueued again has others, too. */
function assertMembers(job: object, index: number): void {
  for (const key in job) {
    if (MEMBERS.includes(key)) continue;
    if (Object.getPrototypeOf(job) !== Object.prototype) return;
    if (Object.hasOwn(ENQUEUE_OPTIONS, key)) throw misplaced(key, index);
    assertKnown('enqueueMany()', job, MEMBERS, `jobs[${index}].`);
  }
}

/** The error for an option that stands beside `options` instead of in them. */
function misplaced(option: string, index: number): UnknownOptionError {
  return new UnknownOptionError({
    ...{ option: `jobs[${index}].${option}`, place: 'enqueueMany()', known: MEMBERS },
    advice: `Put it into "options": { name, args, options: { ${option} } }.`,
  });
}
