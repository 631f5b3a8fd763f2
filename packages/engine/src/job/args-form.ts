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

/** The form with `oldest` at the end of its chain. */
export function withOldest(form: ArgsForm, oldest: OlderForm): ArgsForm {
  const { older } = form;
  if (!older) return { ...form, older: oldest };
  return { ...form, older: { ...older, form: withOldest(older.form, oldest) } };
}

/** What a form's schema, its older forms aside, makes of arguments. */
export async function validate(
  { schema }: ArgsForm,
  args: unknown,
): Promise<SchemaResult<unknown>> {
  return schema['~standard'].validate(args);
}

/**
 * Arguments in the newest form that they fit, upgraded from there. Of those that fit none, the newest form says what is
 * wrong.
 *
 * @throws JobContractError when an upgrade makes something that the newer form does not take
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
  // An upgrade at fault must not look as if nothing had been upgraded.
  if (upgraded.issues) throw new JobContractError(jobName, argsIssues(upgraded.issues), 'upgraded');
  return upgraded;
}
