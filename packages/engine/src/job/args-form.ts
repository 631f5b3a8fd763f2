import { JobContractError } from '../errors/errors.js';
import type { JobArgs } from './job-args.js';
import { argsIssues, type SchemaResult, type StandardSchema } from '../base/standard-schema.js';

/** A form of a job's arguments, and the one before it, from which it can be made. */
export interface ArgsForm {
  readonly schema: StandardSchema<JobArgs, unknown>;
  readonly older?: OlderForm;
}

export interface OlderForm {
  readonly form: ArgsForm;
  /** From what the older form's schema makes of arguments to what the newer one takes. */
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
 * Reads arguments by the newest form that they fit, and upgrades them from there. If they fit none, the issues are those of
 * the newest form.
 *
 * @throws JobContractError when the result of an upgrade does not fit the newer form
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
  // A faulty upgrade must not look as if nothing had been upgraded.
  if (upgraded.issues) throw new JobContractError(jobName, argsIssues(upgraded.issues), 'upgraded');
  return upgraded;
}
