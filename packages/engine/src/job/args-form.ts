import { JobContractError } from '../errors/errors.js';
import type { JobArgs } from './job-args.js';
import {
  argsIssues,
  type JobArgsIssue,
  type SchemaResult,
  type StandardSchema,
} from '../base/standard-schema.js';
import { hideFields } from './field-paths.js';

/** One version of a job's arguments, and the previous version, from which it can be derived. */
export interface ArgsForm {
  readonly schema: StandardSchema<JobArgs, unknown>;
  /** The paths of the encrypted fields, of this version and of older ones. */
  readonly encrypt: readonly string[];
  readonly older?: OlderForm;
}

export interface OlderForm {
  readonly form: ArgsForm;
  /** Converts the output of the older version's schema to the input of the newer one. */
  readonly upgrade: (old: never) => unknown;
}

/** Appends `oldest` to the end of the form's chain. Its encrypted fields count for all forms. */
export function withOldest(form: ArgsForm, oldest: OlderForm): ArgsForm {
  const { older } = form;
  const encrypt = [...new Set([...form.encrypt, ...oldest.form.encrypt])];
  if (!older) return { ...form, encrypt, older: oldest };
  return { ...form, encrypt, older: { ...older, form: withOldest(older.form, oldest) } };
}

/** Converts a schema's issues. Messages that may quote an encrypted field are hidden. */
export function formIssues(
  { encrypt }: ArgsForm,
  issues: Parameters<typeof argsIssues>[0],
): readonly JobArgsIssue[] {
  return hideFields(argsIssues(issues), encrypt);
}

/** Validates arguments by the form's own schema, without its older forms. */
export async function validate(
  { schema }: ArgsForm,
  args: unknown,
): Promise<SchemaResult<unknown>> {
  return schema['~standard'].validate(args);
}

/**
 * Reads arguments by the newest version that they fit, and upgrades them from there. If they fit none, returns the
 * issues of the newest version.
 *
 * @throws JobContractError if the result of an upgrade does not fit the newer version
 */
export async function readArgs(
  jobName: string,
  form: ArgsForm,
  args: unknown,
): Promise<SchemaResult<unknown>> {
  const result = await validate(form, args);
  if (!result.issues || !form.older) return result;
  const old = await readArgs(jobName, form.older.form, args);
  if (old.issues) return result;
  const upgraded = await validate(form, await form.older.upgrade(old.value as never));
  // A faulty upgrade must not look like arguments that no older version fits.
  if (upgraded.issues)
    throw new JobContractError(jobName, formIssues(form, upgraded.issues), 'upgraded');
  return upgraded;
}
