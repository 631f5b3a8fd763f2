import { InvalidOptionError } from '../errors/errors.js';
import {
  isJobContract,
  jobNameOf,
  jobNamesOf,
  type JobNameOrContract,
} from '../job/job-contract.js';
import { assertJobName } from '../job/job-name.js';
import { uniqueKey } from '../job/unique-key.js';
import {
  assertOptions,
  isRecord,
  rule,
  ruleBy,
  type OptionTable,
} from '../options/option-rules.js';
import type { Keys } from '../redis/keys.js';
import type { LookFor } from '../scripts/explain-scripts.js';
import { DEAD_AFTER } from '../stores/handled-names.js';
import { writtenForms } from '../stores/job-finder.js';
import type { ExplainQuestion } from './explanation.js';

const QUESTION = 'the id of a job, { id }, { id, job }, { job }, or { job, key }';

/** A question's members. Some combinations are invalid. */
export interface QuestionMembers {
  readonly id?: string | undefined;
  readonly job?: JobNameOrContract | undefined;
  readonly key?: object | undefined;
}

/** The rules of these members. */
export const EXPLAIN_QUESTION: OptionTable<QuestionMembers> = {
  id: rule('the id of a job', (value) => typeof value === 'string' && value !== ''),
  job: ruleBy('the name of a job, or its contract', (value) => {
    if (!isJobContract(value)) assertJobName(value);
  }),
  key: rule('an object: the key of a unique job', isRecord),
};

/**
 * Checks a question and returns what to look for.
 *
 * @throws InvalidOptionError, UnknownOptionError, InvalidJobNameError; InvalidJobArgsError for a key that JSON cannot express
 */
export function lookFor(keys: Keys, question: ExplainQuestion): LookFor {
  const asked: QuestionMembers = typeof question === 'string' ? { id: question } : question;
  assertOptions('explain', asked, EXPLAIN_QUESTION);
  const { id, job, key } = asked;
  if (id !== undefined && key === undefined) {
    return { ...of('id', id), jobNames: job === undefined ? [] : jobNamesOf(job) };
  }
  if (id !== undefined || job === undefined) {
    throw new InvalidOptionError('question', question, QUESTION);
  }
  const jobName = jobNameOf(job);
  if (key === undefined) return { ...of('name', ''), jobNames: [jobName] };
  assertReadableClaim(job);
  return { ...of('claim', uniqueKey(keys, jobName, key)), jobNames: [jobName] };
}

/** The claim of a job with encrypted fields has a digest, for which a client has no key: it would seem not to exist. */
function assertReadableClaim(job: JobNameOrContract): void {
  if (!isJobContract(job) || job.encrypt.length === 0) return;
  const expected = 'left out for a job with encrypted fields';
  throw new InvalidOptionError('key', undefined, expected, {
    message: `The claim of a unique "${job.name}" job cannot be found by its key (not shown), because fields of the job are encrypted. Ask by its id instead: { id }.`,
  });
}

function of(kind: LookFor['kind'], wanted: string): Omit<LookFor, 'jobNames'> {
  return { kind, wanted, forms: wanted === '' ? [] : writtenForms(wanted), deadAfter: DEAD_AFTER };
}
