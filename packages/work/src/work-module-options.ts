import type { ConfigurableModuleOptionsFactory, Type } from '@nestjs/common';
import type { LoggerLike, Propagator } from '@nestcraft/engine';
import type { JobDecoratorService } from './job-decorator.service.js';
import type { JobOutcome } from './job-outcome.js';
import type { JobMiddlewareOption } from './job-middleware.js';
import type { RedisOption } from './redis-option.js';

/** The token of an instance's options. */
export const WORK_MODULE_OPTIONS = 'WORK_MODULE_OPTIONS';

export type WorkRole = 'worker' | 'enqueuer';

/** Options of `WorkModule.forRoot` and `forRootAsync`. */
export interface WorkModuleOptions {
  /**
   * Where Redis is: ioredis options, a URL, an ioredis instance, whose settings are copied, or a function that returns
   * one of these, or a promise of it. The function is asked once, when the application is made; the connection of an
   * instance that it returns is ended.
   */
  readonly redis: RedisOption;
  /** What all keys begin with; the same for everybody who shares the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /**
   * `worker`: this process runs jobs, and enqueues. `enqueuer`: it enqueues only, and opens one connection, when it is
   * needed. Default `worker`.
   */
  readonly role?: WorkRole | undefined;
  /**
   * The only jobs that this process runs, by name; `*` stands for any letters. A name or a pattern that fits no handler
   * of the application keeps it from starting. Default: all.
   */
  readonly only?: readonly string[] | undefined;
  /** The jobs that this process does not run; as in `only`. Default: none. */
  readonly except?: readonly string[] | undefined;
  /** How many jobs run at once in this process; default 10. */
  readonly concurrency?: number | undefined;
  /** Each job gets one fresh object of this class, for its middleware and its handler. Default: a plain object. */
  readonly context?: Type | undefined;
  /** Runs around every job, the first outermost: injectable classes, or functions. */
  readonly middleware?: readonly JobMiddlewareOption<never>[] | undefined;
  /**
   * Whether the application's global guards, interceptors, pipes and filters stand around job handlers, too; default
   * `global: false`, because most are made for requests. Those on a handler's class or method always do.
   */
  readonly enhancers?: { readonly global?: boolean | undefined } | undefined;
  /**
   * What becomes of jobs that end with an error of a class: `dead`, `retry`, `dropped`, `{ retryIn: seconds }`,
   * `{ snooze: seconds }`, or a function of the error that returns one of these. The first that fits counts. Default:
   * what validation pipes and guards throw (BadRequest, UnprocessableEntity, Unauthorized, Forbidden) is `dead` at
   * once, all else is `retry`.
   */
  readonly outcomes?: readonly JobOutcome[] | undefined;
  /** Milliseconds that running jobs get to finish when the application closes; default 25000. */
  readonly shutdownTimeout?: number | undefined;
  /** How often a process may die under a job before the job is dead itself; default 3. */
  readonly maxDeaths?: number | undefined;
  /** Bring back jobs that a Go pool has declared dead because it does not know their name; default false. */
  readonly rescueUnknownJobs?: boolean | undefined;
  /** How many bytes a job's arguments may take as JSON; default 1 MiB. */
  readonly maxArgsBytes?: number | undefined;
  /**
   * What follows jobs from where they are enqueued to where they run, such as a trace; around guards and middleware, the
   * first outermost.
   */
  readonly propagators?: readonly Propagator[] | undefined;
  /**
   * Whether `currentJob()` and `currentSignal()` tell of the jobs; default false. It costs about half a microsecond a
   * job, and on Node before 24, which then has to follow every promise of the process, something for each.
   */
  readonly currentJob?: boolean | undefined;
  /** Wraps every handler when the application starts; a class that extends JobDecoratorService. For APM tools. */
  readonly jobDecorator?: Type<JobDecoratorService> | undefined;
  /** Where the pool writes, such as pino; default a Nest logger named `WorkerPool`. */
  readonly logger?: LoggerLike | undefined;
}

/** What `forRootAsync` takes as `useClass` and `useExisting`: a class that makes the options. */
export type WorkOptionsFactory = ConfigurableModuleOptionsFactory<
  WorkModuleOptions,
  'createWorkOptions'
>;
