import { DuplicateJobError, InvalidOptionError, InvalidScheduleError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import type { JobNameOrContract } from '../job/job-contract.js';
import { jobTypes, type JobOptions, type JobType } from '../job/job-type.js';
import type { Middleware } from '../middleware/middleware.js';
import {
  checkPeriodicJob,
  periodicJob,
  type PeriodicJob,
  type PeriodicOptions,
} from '../schedule/periodic-job.js';

/** The registered jobs of a pool: their handlers, the middleware around them, and their schedules. */
export class PoolJobs<Context> {
  readonly #types = new Map<string, JobType<Context>>();
  readonly #middleware: Middleware<Context>[] = [];
  readonly #schedules: PeriodicJob[] = [];

  get names(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** The job types, by name. */
  get types(): ReadonlyMap<string, JobType<Context>> {
    return this.#types;
  }

  /** The middleware in the order of registration, the outermost first. */
  get middleware(): readonly Middleware<Context>[] {
    return this.#middleware;
  }

  get schedules(): readonly PeriodicJob[] {
    return this.#schedules;
  }

  /** @throws InvalidJobNameError, InvalidOptionError, DuplicateJobError */
  add(job: JobNameOrContract, options: JobOptions, handler: Handler<Context>): void {
    const types = jobTypes(job, options, handler);
    const taken = types.find(({ name }) => this.#types.has(name));
    if (taken) throw new DuplicateJobError(taken.name);
    for (const type of types) this.#types.set(type.name, type);
  }

  /** @throws InvalidOptionError */
  addMiddleware(middleware: Middleware<Context>): void {
    if (typeof middleware !== 'function') {
      throw new InvalidOptionError('middleware', middleware, 'a function (job, next, context)');
    }
    this.#middleware.push(middleware);
  }

  /** @throws InvalidScheduleError, InvalidJobNameError, InvalidJobArgsError, InvalidOptionError */
  addSchedule(spec: string, job: JobNameOrContract, options: PeriodicOptions, now: Date): void {
    const added = periodicJob(spec, job, options, now);
    if (this.#schedules.some(({ id }) => id === added.id)) {
      throw new InvalidScheduleError(
        spec,
        `it is already registered for "${added.jobName}"`,
        'Register it once, or give one of the jobs another name.',
      );
    }
    this.#schedules.push(added);
  }

  /** @throws InvalidJobArgsError when the arguments of a schedule do not fit the contract of its job */
  async checkSchedules(): Promise<void> {
    await Promise.all(this.#schedules.map(checkPeriodicJob));
  }
}
