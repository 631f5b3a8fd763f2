import { JobContractError } from '../errors/errors.js';
import type { JobArgs } from './job-args.js';
import { argsIssues, type SchemaResult, type StandardSchema } from '../base/standard-schema.js';

/** One version of a job's arguments, and the previous version, from which it can be derived. */
export interface ArgsForm {
  readonly schema: StandardSchema<JobArgs, unknown>;
  readonly older?: OlderForm;
}

export interface OlderForm {
  readonly form: ArgsForm;
  /** Converts the output of the older version's schema to the input of the newer one. */
  readonly upgrade: (old: never) => unknown;
}

/** Appends `oldest` to the end of the form's chain. */
export function withOldest(form: ArgsForm, oldest: OlderForm): ArgsForm {
  const { older } = form;
  if (!older) return { ...form, older: oldest };
  return { ...form, older: { ...older, form: withOldest(older.form, oldest) } };
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
  if (upgraded.issues) throw new JobContractError(jobName, argsIssues(upgraded.issues), 'upgraded');
  return upgraded;
}
