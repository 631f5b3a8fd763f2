import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import {
  assertJobName,
  jobNameOf,
  type JobNameOrContract,
  type JobOptions,
} from '@nestcraft/engine';
import { InvalidJobOverrideError } from './errors.js';

/** Options of a job that take the place of those of its `@JobHandler`. What is `undefined` does not. */
export interface JobFeature extends JobOptions {
  /** The job's name, or its contract. */
  readonly job: JobNameOrContract;
  /** The instance of `WorkModule` that handles it; default: the unnamed one. */
  readonly instance?: string;
}

/** The same, made with what is injected. */
export interface JobFeatureAsync
  extends Pick<FactoryProvider, 'inject'>, Pick<ModuleMetadata, 'imports'> {
  /** The job's name, or its contract. */
  readonly job: JobNameOrContract;
  /** The instance of `WorkModule` that handles it; default: the unnamed one. */
  readonly instance?: string;
  readonly useFactory: (...args: never[]) => JobOptions | Promise<JobOptions>;
}

// By which they are found, whatever copy of this package has made them.
const OVERRIDE = Symbol.for('nestcraft:job_override');

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
      new JobOverride(jobName, instance, await make(...args)),
  };
}

function isOverride(instance: unknown): instance is JobOverride {
  try {
    return (instance as Partial<JobOverride> | null | undefined)?.[OVERRIDE] === true;
  } catch {
    return false; // A provider may be anything, a Proxy that throws as well.
  }
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
