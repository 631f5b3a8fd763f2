import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import {
  InvalidOptionError,
  isJobContract,
  jobNameOf,
  type JobNameOrContract,
  type JobOptions,
} from '@nestcraft/engine';
import {
  assertJobName,
  IMPORT_CYCLE,
  optionRules,
  optionTables,
  type OptionTable,
} from '@nestcraft/engine/internal';
import { InvalidJobConfigurationError } from '../base/errors.js';

/** Options of a job that replace those of its `@JobHandler`. An option that is `undefined` replaces nothing. */
export interface JobConfiguration extends JobOptions {
  /** The job's name or its contract. */
  readonly job: JobNameOrContract;
  /** The name of the instance of `WorkModule` that handles the job; default: the unnamed instance. */
  readonly instance?: string | undefined;
}

/** Options of a job that a factory returns. */
export interface AsyncJobConfiguration {
  /** The job's name or its contract. */
  readonly job: JobNameOrContract;
  /** The name of the instance of `WorkModule` that handles the job; default: the unnamed instance. */
  readonly instance?: string | undefined;
  /** The modules that export the injected providers. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** The tokens of the factory's parameters. */
  readonly inject?: FactoryProvider['inject'] | undefined;
  readonly useFactory: (...args: never[]) => JobOptions | Promise<JobOptions>;
}

// Marks the providers, whichever copy of this package created them.
const CONFIGURATION = Symbol.for('nestcraft:job_configuration');

const { functionOf, NAME, required, rule, ruleBy } = optionRules;

const A_JOB = 'the name of a job or its contract';

const TARGET = {
  job: required(
    ruleBy(A_JOB, (value, option) => {
      if (isJob(value)) return;
      const expected = value === undefined ? `${A_JOB}. ${IMPORT_CYCLE}` : A_JOB;
      throw new InvalidOptionError(option, value, expected);
    }),
  ),
  instance: NAME,
} as const;

/** The options that `configureJobsAsync` takes for each job. */
const ASYNC_CONFIGURATION: OptionTable<AsyncJobConfiguration> = {
  ...TARGET,
  imports: rule('a list of modules', Array.isArray),
  inject: rule('a list of tokens', Array.isArray),
  useFactory: required(functionOf('a function that returns options of the job')),
};

/** The options that `configureJobs` takes for each job. Their values are checked with those of the handler. */
const CONFIGURATION_NAMES: OptionTable<JobConfiguration> = {
  ...TARGET,
  ...optionTables.job,
  ...Object.fromEntries(
    Object.entries(optionTables.job).map(([name, { expected }]) => [
      name,
      ruleBy(expected, () => undefined),
    ]),
  ),
};

/** @throws InvalidOptionError unless it is a list of configurations without unknown options */
export function assertConfigurations(place: string, given: unknown, isAsync: boolean): void {
  if (!Array.isArray(given)) {
    throw new InvalidOptionError(`configurations of ${place}`, given, 'a list of { job, … }');
  }
  const table: OptionTable<AsyncJobConfiguration | JobConfiguration> = isAsync
    ? ASYNC_CONFIGURATION
    : CONFIGURATION_NAMES;
  for (const configuration of given) optionRules.assertOptions(place, configuration, table);
}

function isJob(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || isJobContract(value);
}

/** A configuration whose factory has run. A provider holds it, for the instance to find. */
export class ResolvedConfiguration {
  readonly [CONFIGURATION] = true;

  constructor(
    readonly jobName: string,
    readonly instance: string | undefined,
    readonly options: JobOptions,
  ) {}

  /** Returns a handler's options overridden by these. */
  over<Options extends JobOptions>(options: Options): Options {
    const given = Object.entries(this.options).filter(([, value]) => value !== undefined);
    return { ...options, ...Object.fromEntries(given) };
  }
}

/** Creates the provider that holds a configuration. */
export function configurationProvider({
  job,
  instance,
  inject,
  useFactory,
}: AsyncJobConfiguration): FactoryProvider<Promise<ResolvedConfiguration>> {
  const jobName = jobNameOf(job);
  assertJobName(jobName);
  const make = useFactory as (...args: unknown[]) => JobOptions | Promise<JobOptions>;
  return {
    provide: Symbol(`nestcraft:job_configuration:${jobName}`),
    inject,
    useFactory: async (...args: unknown[]) =>
      new ResolvedConfiguration(jobName, instance, madeBy(jobName, await make(...args))),
  };
}

function isResolved(instance: unknown): instance is ResolvedConfiguration {
  try {
    return (
      (instance as Partial<ResolvedConfiguration> | null | undefined)?.[CONFIGURATION] === true
    );
  } catch {
    return false; // A provider can be anything, even a Proxy that throws.
  }
}

/** @throws InvalidJobConfigurationError */
function madeBy(jobName: string, options: unknown): JobOptions {
  if (typeof options === 'object' && options !== null) return options;
  const error = new InvalidOptionError('useFactory', options, 'a function that returns an object');
  throw new InvalidJobConfigurationError(jobName, 'its factory returned no options.', error);
}

/** Finds every configuration of the application. */
export function findConfigurations(discovery: DiscoveryService): ResolvedConfiguration[] {
  return discovery.getProviders().flatMap(({ instance }) => {
    const provided: unknown = instance;
    return isResolved(provided) ? [provided] : [];
  });
}

/** Returns the configurations by job name. @throws InvalidJobConfigurationError if a job has two */
export function byJobName(
  configurations: readonly ResolvedConfiguration[],
): Map<string, ResolvedConfiguration> {
  const found = new Map<string, ResolvedConfiguration>();
  for (const configuration of configurations) {
    if (found.has(configuration.jobName)) {
      const reason = 'the job is configured twice. Keep one configuration.';
      throw new InvalidJobConfigurationError(configuration.jobName, reason);
    }
    found.set(configuration.jobName, configuration);
  }
  return found;
}
