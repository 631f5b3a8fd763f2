import { formIssues, readArgs, validate, withOldest, type ArgsForm } from './args-form.js';
import { closest } from '../options/closest.js';
import { InvalidJobArgsError, InvalidOptionError, JobContractError } from '../errors/errors.js';
import type { EnqueueOptions } from './enqueue-options.js';
import { areFieldPaths, type FieldPath } from './field-paths.js';
import type { Job } from './job.js';
import type { JobArgs } from './job-args.js';
import { assertJobName } from './job-name.js';
import { assertOptions, isRecord, rule, type OptionTable } from '../options/option-rules.js';
import { isStandardSchema, type StandardSchema } from '../base/standard-schema.js';

/** The fields of a version of a job's arguments that are encrypted in Redis. */
export interface EncryptedFields<Input = Record<string, unknown>> {
  /**
   * The paths of the arguments that are encrypted in Redis, such as `['ssn', 'card.number']`; default none. Enqueuers
   * and pools need the option `encryption`.
   */
  readonly encrypt?: readonly FieldPath<Input>[] | undefined;
}

/** Options of `defineJob`. */
export interface JobContractOptions<
  Input = Record<string, unknown>,
> extends EncryptedFields<Input> {
  /**
   * Former names of the job. A pool also runs the jobs in their queues, with the same handler; new jobs are enqueued by
   * the current name only.
   */
  readonly aliases?: readonly string[] | undefined;
}

/** The rules for the options of a contract. */
export const CONTRACT_OPTIONS: OptionTable<JobContractOptions> = {
  aliases: rule('a list of job names', Array.isArray),
  encrypt: rule('a list of paths of arguments such as card.number, each once', areFieldPaths),
};

/** The rules for the options of an upgrade. */
const UPGRADE_OPTIONS: OptionTable<EncryptedFields> = { encrypt: CONTRACT_OPTIONS.encrypt };

/** Callers may omit the arguments if all of them are optional. */
export type ContractArgs<Input> =
  Record<string, never> extends Input ? [args?: Input | null] : [args: Input];

/** A job for `enqueueMany`, by name or by contract. `contract.with(args)` creates one with typed arguments. */
export type NewJob = NamedJob | ContractJob;

/** A new job without options. */
export type PlainJob = NewJob & { readonly options?: undefined };

interface NewJobParts {
  /** A JSON object. */
  readonly args?: JobArgs | null | undefined;
  /** When to enqueue it, and whether it is unique; default: immediately, and not unique. */
  readonly options?: EnqueueOptions | undefined;
}

interface NamedJob extends NewJobParts {
  readonly name: string;
  readonly contract?: undefined;
}

interface ContractJob extends NewJobParts {
  readonly name?: undefined;
  /** Its schema must accept the arguments. */
  readonly contract: JobContract;
}

/**
 * A job's name and the type of its arguments. The code that enqueues the job and the code that handles it share one
 * contract, which the compiler enforces on both sides. A contract is immutable and needs neither Redis nor a schema
 * library. Without type arguments, the type stands for any contract.
 *
 * @typeParam Input the arguments as enqueued
 * @typeParam Output the arguments as the handler receives them: the output of the schema
 * @typeParam Oldest the arguments that the next `upgrade` must return
 */
export interface JobContract<Input extends JobArgs = JobArgs, Output = unknown, Oldest = unknown> {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly schema: StandardSchema<Input, Output> | undefined;
  /** The paths of the arguments that are encrypted in Redis, including those of older arguments. */
  readonly encrypt: readonly string[];

  /** Returns a job for `enqueueMany`: `enqueueMany([SendEmail.with({ to }), Ping.with()])`. */
  with(...args: ContractArgs<Input>): PlainJob;
  /** Returns a job with options: `enqueueMany([SendEmail.with({ to }, { in: '5m' })])`. */
  with(args: ContractArgs<Input>[0], options: EnqueueOptions): NewJob;

  /**
   * Returns the same contract, which also accepts jobs that were enqueued with older arguments. Arguments that fit
   * `from` but not the contract's schema are passed through `upgrade` before the job runs. The entry in Redis is not
   * changed.
   *
   * Upgrades form a chain from the newest version to the oldest: each returns the input of the version named before it.
   *
   * @param from the schema of the older arguments
   * @param upgrade converts the output of `from` to the input of the next newer version
   * @param options.encrypt the fields of the older arguments that are encrypted; they count for new jobs, too
   * @throws InvalidOptionError if the contract has no schema, or `from` is not one
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
    options?: EncryptedFields<NoInfer<OldInput>>,
  ): JobContract<Input, Output, OldInput>;

  /**
   * Checks whether a new job may have these arguments, in the form in which Redis returns them.
   *
   * @throws InvalidJobArgsError with all issues
   */
  check(args: JobArgs): Promise<void>;

  /**
   * Returns the arguments that the handler receives: parsed, and upgraded if they are old.
   *
   * @throws JobContractError with all issues
   */
  read(args: JobArgs): Promise<Output>;
}

/** A job, by name or by contract. */
export type JobNameOrContract = string | JobContract;

/** The arguments with which jobs of a contract are enqueued: `JobInput<typeof SendEmail>`. */
export type JobInput<Contract extends JobContract> = SchemaTypes<Contract>['input'];

/** The arguments that a contract's handler receives: `JobOutput<typeof SendEmail>`. */
export type JobOutput<Contract extends JobContract> = SchemaTypes<Contract>['output'];

/** The job that a contract's handler receives: `JobOf<typeof SendEmail>`. */
export type JobOf<Contract extends JobContract> = Job<JobOutput<Contract>>;

type SchemaTypes<Contract extends JobContract> = NonNullable<
  NonNullable<Contract['schema']>['~standard']['types']
>;

/**
 * Defines a job's name and arguments, by a schema of any library that follows Standard Schema, or by a type alone.
 *
 * With a schema, arguments are checked when a job is enqueued (in their JSON form, in which a Date is a string) and
 * again before its handler runs. A job whose arguments no longer fit is declared dead immediately.
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
  options?: JobContractOptions<NoInfer<Input>>,
): JobContract<Input, Output, Input>;
export function defineJob<Args extends JobArgs = Record<string, unknown>>(
  name: string,
  options?: JobContractOptions<NoInfer<Args>>,
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
  const { aliases = [], encrypt = [] } = options;
  const names = { name, aliases: Object.freeze([...aliases]) };
  return makeContract({ ...names, encrypt }, schema && { schema, encrypt });
}

/** Returns whether a value is a contract, from any copy of this package. */
export function isJobContract(job: unknown): job is JobContract {
  return typeof job === 'object' && job !== null && 'check' in job && 'read' in job;
}

/** Returns the name by which a job is enqueued. */
export function jobNameOf(job: JobNameOrContract): string {
  return isJobContract(job) ? job.name : job;
}

/** Returns all names whose queues a job's handler serves: a contract's name, followed by its aliases. */
export function jobNamesOf(job: JobNameOrContract): readonly string[] {
  return isJobContract(job) ? [job.name, ...job.aliases] : [job];
}

function makeContract(
  parts: Pick<JobContract, 'name' | 'aliases' | 'encrypt'>,
  form: ArgsForm | undefined,
): JobContract {
  const { name, aliases, encrypt } = parts;
  const contract: JobContract = {
    name,
    aliases,
    schema: form?.schema,
    encrypt: Object.freeze([...encrypt]),
    with: ((args, options) => ({ contract, args, options })) as JobContract['with'],
    upgrade(from, upgrade, options = {}) {
      if (!form) throw notASchema(`schema of "${name}"`, undefined);
      if (!isStandardSchema(from)) throw notASchema(`old schema of "${name}"`, from);
      assertOptions(`upgrade() of "${name}"`, options, UPGRADE_OPTIONS);
      const old = { schema: from, encrypt: options.encrypt ?? [] };
      const upgraded = withOldest(form, { form: old, upgrade });
      return makeContract({ ...parts, encrypt: upgraded.encrypt }, upgraded);
    },
    async check(args) {
      if (!form) return;
      const { issues } = await validate(form, args);
      if (issues) throw new InvalidJobArgsError(name, formIssues(form, issues));
    },
    async read(args) {
      if (!form) return args;
      const result = await readArgs(name, form, args);
      if (result.issues) throw new JobContractError(name, formIssues(form, result.issues));
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

/** An object with other members was meant as a schema, and its checks must not be lost silently. */
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
