import { readArgs, validate, withOldest, type ArgsForm } from './args-form.js';
import { closest } from '../options/closest.js';
import { InvalidJobArgsError, InvalidOptionError, JobContractError } from '../errors/errors.js';
import type { EnqueueOptions } from './enqueue-options.js';
import type { Job } from './job.js';
import type { JobArgs } from './job-args.js';
import { assertJobName } from './job-name.js';
import { assertOptions, isRecord, rule, type OptionTable } from '../options/option-rules.js';
import { argsIssues, isStandardSchema, type StandardSchema } from '../base/standard-schema.js';

/** Options of `defineJob`. */
export interface JobContractOptions {
  /**
   * Names that the job had before. A pool runs what is in their queues still, with the same handler; jobs are enqueued
   * by the new name only.
   */
  readonly aliases?: readonly string[] | undefined;
}

/** What the options of a contract may be. */
export const CONTRACT_OPTIONS: OptionTable<JobContractOptions> = {
  aliases: rule('a list of job names', Array.isArray),
};

/** Callers may leave the arguments out where all of them are optional. */
export type ContractArgs<Input> =
  Record<string, never> extends Input ? [args?: Input | null] : [args: Input];

/** A job for `enqueueMany`: by its name, or by its contract. `contract.with(args)` makes one whose arguments are checked. */
export type NewJob = NamedJob | ContractJob;

/** A new job without options. */
export type PlainJob = NewJob & { readonly options?: undefined };

interface NewJobParts {
  /** An object that JSON can hold. */
  readonly args?: JobArgs | null | undefined;
  /** When to enqueue it, and whether it is unique; default: at once, and not unique. */
  readonly options?: EnqueueOptions | undefined;
}

interface NamedJob extends NewJobParts {
  readonly name: string;
  readonly contract?: undefined;
}

interface ContractJob extends NewJobParts {
  readonly name?: undefined;
  /** Its schema must take the arguments. */
  readonly contract: JobContract;
}

/**
 * A job's name and what its arguments are: who enqueues the job and who handles it share one, and the compiler holds
 * both to it. It never changes, needs no Redis and no schema library. Without type arguments: any contract.
 *
 * @typeParam Input the arguments as they are enqueued
 * @typeParam Output the arguments as the handler gets them: what the schema makes of them
 * @typeParam Oldest the arguments that the next `upgrade` has to make
 */
export interface JobContract<Input extends JobArgs = JobArgs, Output = unknown, Oldest = unknown> {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly schema: StandardSchema<Input, Output> | undefined;

  /** A job for `enqueueMany`: `enqueueMany([SendEmail.with({ to }), Ping.with()])`. */
  with(...args: ContractArgs<Input>): PlainJob;
  /** The same with options: `enqueueMany([SendEmail.with({ to }, { in: '5m' })])`. */
  with(args: ContractArgs<Input>[0], options: EnqueueOptions): NewJob;

  /**
   * The same contract, which also takes jobs that were enqueued with older arguments: those that do not fit its schema
   * but fit `from` are run with what `upgrade` makes of them. What is in Redis stays as it is.
   *
   * Upgrades are a chain from the newest form to the oldest: each makes what the form named before it takes.
   *
   * @param from what the arguments were
   * @param upgrade from what `from` makes of them to what the next newer form takes
   * @throws InvalidOptionError where the contract has no schema, or `from` is none
   *
   * @example
   * ```ts
   * const SendEmail = defineJob('send_email', z.object({ to: z.array(z.string()) }))
   *   .upgrade(z.object({ to: z.string() }), ({ to }) => ({ to: [to] }))
   *   .upgrade(z.object({ address: z.string() }), ({ address }) => ({ to: address }));
   * ```
   */
  upgrade<OldInput extends JobArgs, OldOutput>(
    from: StandardSchema<OldInput, OldOutput>,
    upgrade: (old: OldOutput) => Oldest | Promise<Oldest>,
  ): JobContract<Input, Output, OldInput>;

  /**
   * Whether a new job may have these arguments, as they will be read from Redis.
   *
   * @throws InvalidJobArgsError with all that is wrong
   */
  check(args: JobArgs): Promise<void>;

  /**
   * What the handler gets for the arguments of a job: parsed, and upgraded if they are old.
   *
   * @throws JobContractError with all that is wrong
   */
  read(args: JobArgs): Promise<Output>;
}

/** A job by its name, or by its contract. */
export type JobNameOrContract = string | JobContract;

/** The arguments with which a contract's jobs are enqueued: `JobInput<typeof SendEmail>`. */
export type JobInput<Contract extends JobContract> = SchemaTypes<Contract>['input'];

/** The arguments that a contract's handler gets: `JobOutput<typeof SendEmail>`. */
export type JobOutput<Contract extends JobContract> = SchemaTypes<Contract>['output'];

/** The job that a contract's handler gets: `JobOf<typeof SendEmail>`. */
export type JobOf<Contract extends JobContract> = Job<JobOutput<Contract>>;

type SchemaTypes<Contract extends JobContract> = NonNullable<
  NonNullable<Contract['schema']>['~standard']['types']
>;

/**
 * Says what a job is called and what its arguments are: by a schema of any library that follows Standard Schema, or by
 * a type alone.
 *
 * With a schema, arguments are checked when a job is enqueued (as JSON holds them: a Date is a string) and again before
 * its handler runs. A job whose arguments do not fit any more is dead at once.
 *
 * @throws InvalidJobNameError, InvalidOptionError
 *
 * @example
 * ```ts
 * const SendEmail = defineJob('send_email', z.object({ to: z.email() }), { aliases: ['send_mail'] });
 * const ExportReport = defineJob<{ rows: number }>('export_report');
 * ```
 */
export function defineJob<Input extends JobArgs, Output>(
  name: string,
  schema: StandardSchema<Input, Output>,
  options?: JobContractOptions,
): JobContract<Input, Output, Input>;
export function defineJob<Args extends JobArgs = Record<string, unknown>>(
  name: string,
  options?: JobContractOptions,
): JobContract<Args, Args, Args>;
export function defineJob(
  name: string,
  schemaOrOptions: StandardSchema<JobArgs> | JobContractOptions = {},
  maybeOptions: JobContractOptions = {},
): JobContract {
  const [schema, options] = isStandardSchema(schemaOrOptions)
    ? [schemaOrOptions, maybeOptions]
    : [undefined, schemaOrOptions];
  assertJobName(name);
  assertContractOptions(name, options);
  return makeContract(name, Object.freeze([...(options.aliases ?? [])]), schema && { schema });
}

/** Whether it is a contract, of whatever copy of this package. */
export function isJobContract(job: unknown): job is JobContract {
  return typeof job === 'object' && job !== null && 'check' in job && 'read' in job;
}

/** The name by which a job is enqueued. */
export function jobNameOf(job: JobNameOrContract): string {
  return isJobContract(job) ? job.name : job;
}

/** All names whose queues a job's handler serves: a contract's aliases come after its name. */
export function jobNamesOf(job: JobNameOrContract): readonly string[] {
  return isJobContract(job) ? [job.name, ...job.aliases] : [job];
}

function makeContract(
  name: string,
  aliases: readonly string[],
  form: ArgsForm | undefined,
): JobContract {
  const contract: JobContract = {
    name,
    aliases,
    schema: form?.schema,
    with: ((args, options) => ({ contract, args, options })) as JobContract['with'],
    upgrade(from, upgrade) {
      if (!form) throw notASchema(`schema of "${name}"`, undefined);
      if (!isStandardSchema(from)) throw notASchema(`old schema of "${name}"`, from);
      return makeContract(name, aliases, withOldest(form, { form: { schema: from }, upgrade }));
    },
    async check(args) {
      const { issues } = form ? await validate(form, args) : {};
      if (issues) throw new InvalidJobArgsError(name, argsIssues(issues));
    },
    async read(args) {
      if (!form) return args;
      const result = await readArgs(name, form, args);
      if (result.issues) throw new JobContractError(name, argsIssues(result.issues));
      return result.value;
    },
  };
  return Object.freeze(contract);
}

function assertContractOptions(name: string, options: JobContractOptions | null): void {
  if (!areOptions(options)) throw notASchema(`schema of "${name}"`, options);
  assertOptions(`defineJob("${name}")`, options, CONTRACT_OPTIONS);
  const names = [name];
  for (const alias of options.aliases ?? []) {
    assertJobName(alias);
    if (names.includes(alias)) {
      throw new InvalidOptionError(
        `aliases of "${name}"`,
        options.aliases,
        'other names, each once',
      );
    }
    names.push(alias);
  }
}

/** What has other members was meant as a schema, and its checks shall not be lost in silence. */
function areOptions(given: unknown): given is JobContractOptions {
  if (!isRecord(given)) return false;
  const known = Object.keys(CONTRACT_OPTIONS);
  return Object.keys(given).every((key) => known.includes(key) || closest(key, known));
}

function notASchema(option: string, value: unknown): InvalidOptionError {
  return new InvalidOptionError(
    option,
    value,
    'a schema that follows Standard Schema, such as those of zod, valibot and arktype',
  );
}
