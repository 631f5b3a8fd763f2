import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import {
  assertJobName,
  IMPORT_CYCLE,
  InvalidOptionError,
  isJobContract,
  jobNameOf,
  optionRules,
  optionTables,
  type JobNameOrContract,
  type JobOptions,
  type OptionTable,
} from '@nestcraft/engine';
import { InvalidJobOverrideError } from '../base/errors.js';

/** Options of a job that take the place of those of its `@JobHandler`. What is `undefined` does not. */
export interface JobFeature extends JobOptions {
  /** The job's name, or its contract. */
  readonly job: JobNameOrContract;
  /** The instance of `WorkModule` that handles it; default: the unnamed one. */
  readonly instance?: string | undefined;
}

/** The same, made with what is injected. */
export interface JobFeatureAsync {
  /** The job's name, or its contract. */
  readonly job: JobNameOrContract;
  /** The instance of `WorkModule` that handles it; default: the unnamed one. */
  readonly instance?: string | undefined;
  /** The modules that export what is injected. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** What the factory is given. */
  readonly inject?: FactoryProvider['inject'] | undefined;
  readonly useFactory: (...args: never[]) => JobOptions | Promise<JobOptions>;
}

// By which they are found, whatever copy of this package has made them.
const OVERRIDE = Symbol.for('nestcraft:job_override');

const { functionOf, NAME, required, rule, ruleBy } = optionRules;

const A_JOB = 'the name of a job, or its contract';

const FEATURE = {
  job: required(
    ruleBy(A_JOB, (value, option) => {
      if (isJob(value)) return;
      const expected = value === undefined ? `${A_JOB}. ${IMPORT_CYCLE}` : A_JOB;
      throw new InvalidOptionError(option, value, expected);
    }),
  ),
  instance: NAME,
} as const;

/** What the options of `forFeatureAsync` may be. */
export const ASYNC_FEATURE: OptionTable<JobFeatureAsync> = {
  ...FEATURE,
  imports: rule('a list of modules', Array.isArray),
  inject: rule('a list of tokens', Array.isArray),
  useFactory: required(functionOf('a function that returns options of the job')),
};

/** What the options of `forFeature` may be. */
export const FEATURE_OPTIONS: OptionTable<JobFeature> = { ...FEATURE, ...optionTables.job };

// Those of the job are looked at with its handler's.
const FEATURE_SHAPE: OptionTable<JobFeature> = {
  ...FEATURE_OPTIONS,
  ...Object.fromEntries(
    Object.entries(optionTables.job).map(([name, { expected }]) => [
      name,
      ruleBy(expected, () => undefined),
    ]),
  ),
};

/** @throws InvalidOptionError for what is no list of features, and for what a feature does not have */
export function assertFeatures(place: string, features: unknown, isAsync: boolean): void {
  if (!Array.isArray(features)) {
    throw new InvalidOptionError(`features of ${place}`, features, 'a list of { job, … }');
  }
  const table: OptionTable<JobFeatureAsync | JobFeature> = isAsync ? ASYNC_FEATURE : FEATURE_SHAPE;
  for (const feature of features) optionRules.assertOptions(place, feature, table);
}

function isJob(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || isJobContract(value);
}

/** What a provider of `forFeature` holds, for the instance to find. */
export class JobOverride {
  readonly [OVERRIDE] = true;

  constructor(
    readonly jobName: string,
    readonly instance: string | undefined,
    readonly options: JobOptions,
  ) {}

  /** These options on top of a handler's. */
  over<Options extends JobOptions>(options: Options): Options {
    const given = Object.entries(this.options).filter(([, value]) => value !== undefined);
    return { ...options, ...Object.fromEntries(given) };
  }
}

/** The provider that holds an override. */
export function overrideProvider({
  job,
  instance,
  inject,
  useFactory,
}: JobFeatureAsync): FactoryProvider<Promise<JobOverride>> {
  const jobName = jobNameOf(job);
  assertJobName(jobName);
  const make = useFactory as (...args: unknown[]) => JobOptions | Promise<JobOptions>;
  return {
    provide: Symbol(`nestcraft:override:${jobName}`),
    inject,
    useFactory: async (...args: unknown[]) =>
      new JobOverride(jobName, instance, madeBy(jobName, await make(...args))),
  };
}

function isOverride(instance: unknown): instance is JobOverride {
  try {
    return (instance as Partial<JobOverride> | null | undefined)?.[OVERRIDE] === true;
  } catch {
    return false; // A provider may be anything, a Proxy that throws as well.
  }
}

/** @throws InvalidJobOverrideError */
function madeBy(jobName: string, options: unknown): JobOptions {
  if (typeof options === 'object' && options !== null) return options;
  const error = new InvalidOptionError('useFactory', options, 'a function that returns an object');
  throw new InvalidJobOverrideError(jobName, 'its factory has returned no options.', error);
}

/** Every override of the application. */
export function findOverrides(discovery: DiscoveryService): JobOverride[] {
  return discovery.getProviders().flatMap(({ instance }) => {
    const provided: unknown = instance;
    return isOverride(provided) ? [provided] : [];
  });
}

/** An instance's overrides by job name. @throws InvalidJobOverrideError for two of one job */
export function byJobName(overrides: readonly JobOverride[]): Map<string, JobOverride> {
  const found = new Map<string, JobOverride>();
  for (const override of overrides) {
    if (found.has(override.jobName)) {
      const reason = 'it stands in two places. Keep one of them.';
      throw new InvalidJobOverrideError(override.jobName, reason);
    }
    found.set(override.jobName, override);
  }
  return found;
}
