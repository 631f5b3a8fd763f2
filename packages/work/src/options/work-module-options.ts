import type { ConfigurableModuleOptionsFactory, Type } from '@nestjs/common';
import {
  InvalidOptionError,
  type Duration,
  type LoggerLike,
  type Propagator,
} from '@nestcraft/engine';
import { optionRules, optionTables, type OptionTable } from '@nestcraft/engine/internal';
import type { JobDecoratorService } from './job-decorator.service.js';
import { jobErrors, type JobOutcome } from './job-outcome.js';
import { isMiddlewareClass, type JobMiddlewareOption } from './job-middleware.js';
import { assertNames, type JobSelection } from './job-selection.js';
import type { RedisOption } from './redis-option.js';

/** The token of an instance's options. */
export const WORK_MODULE_OPTIONS = 'WORK_MODULE_OPTIONS';

export type WorkRole = 'worker' | 'enqueuer';

/** Options of `WorkModule.forRoot` and `forRootAsync`. */
export interface WorkModuleOptions extends JobSelection {
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
   * What becomes of jobs that end with an error of a class: `dead`, `retry`, `dropped`, `{ retryIn: '30s' }`,
   * `{ snooze: '1h' }`, or a function of the error that returns one of these. The first that fits counts. Default:
   * what validation pipes and guards throw (BadRequest, UnprocessableEntity, Unauthorized, Forbidden) is `dead` at
   * once, all else is `retry`.
   */
  readonly outcomes?: readonly JobOutcome[] | undefined;
  /** How long running jobs get to finish when the application closes: milliseconds, or a text such as `1m`; default 25 s. */
  readonly shutdownTimeout?: Duration | undefined;
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

const { FLAG, functionOf, optionsIn, rule, ruleBy } = optionRules;
const { pool, enqueuer } = optionTables;

const CLASS = functionOf('a class');
const NAMES = ruleBy('a list of job names', (value, option) => {
  assertNames(option as 'only' | 'except', value);
});

/** What the options of the module may be. */
export const WORK_OPTIONS: OptionTable<WorkModuleOptions> = {
  // Whoever opens it looks: a test puts another Redis in its place, whatever is given here.
  redis: rule(`${pool.redis.expected}; or a function that gives one`, () => true),
  namespace: pool.namespace,
  role: rule('"worker" or "enqueuer"', (value) => value === 'worker' || value === 'enqueuer'),
  only: NAMES,
  except: NAMES,
  concurrency: pool.concurrency,
  context: CLASS,
  middleware: ruleBy('a list of classes with a method use(), or functions', assertMiddleware),
  enhancers: optionsIn('an object with global, which is true or false', 'WorkModule.forRoot', {
    global: FLAG,
  }),
  outcomes: ruleBy('a list of { error, outcome }', assertOutcomes),
  shutdownTimeout: pool.shutdownTimeout,
  maxDeaths: pool.maxDeaths,
  rescueUnknownJobs: pool.rescueUnknownJobs,
  maxArgsBytes: enqueuer.maxArgsBytes,
  propagators: pool.propagators,
  currentJob: pool.currentJob,
  jobDecorator: CLASS,
  logger: pool.logger,
};

function assertMiddleware(given: unknown): void {
  if (!Array.isArray(given)) {
    throw new InvalidOptionError('middleware', given, 'a list of classes and functions');
  }
  given.forEach((one) => isMiddlewareClass(one as JobMiddlewareOption));
}

function assertOutcomes(given: unknown): void {
  if (!Array.isArray(given) || !given.every(isOutcome)) {
    throw new InvalidOptionError('outcomes', given, 'a list of { error: a class, outcome }');
  }
  jobErrors(given as JobOutcome[]);
}

function isOutcome(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return isClass(Reflect.get(given, 'error')) && Boolean(Reflect.get(given, 'outcome'));
}

function isClass(given: unknown): boolean {
  return typeof given === 'function' && typeof given.prototype === 'object';
}

/** What `forRootAsync` takes as `useClass` and `useExisting`: a class that makes the options. */
export type WorkOptionsFactory = ConfigurableModuleOptionsFactory<
  WorkModuleOptions,
  'createWorkOptions'
>;
