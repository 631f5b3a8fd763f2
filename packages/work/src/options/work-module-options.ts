import type { ConfigurableModuleOptionsFactory, Type } from '@nestjs/common';
import {
  InvalidOptionError,
  type AlertOptions,
  type Duration,
  type EncryptionOptions,
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
   * The location of Redis: ioredis options, a URL, an ioredis instance, whose settings are copied, or a function that
   * returns one of these or a promise of it. The function is called once, when the application is created. If it
   * returns an ioredis instance, that instance's connection is closed.
   */
  readonly redis: RedisOption;
  /** The prefix of all keys; must be the same in all processes that share the jobs. Default `work`. */
  readonly namespace?: string | undefined;
  /**
   * `worker`: this process runs and enqueues jobs. `enqueuer`: it only enqueues, over one connection that is opened
   * when first needed. Default `worker`.
   */
  readonly role?: WorkRole | undefined;
  /** The number of jobs that run concurrently in this process; default 10. */
  readonly concurrency?: number | undefined;
  /**
   * The class of the context: each job gets a new object of it, shared by its middleware and handler. Default: a plain
   * object.
   */
  readonly context?: Type | undefined;
  /** Middleware that runs around every job, the first outermost: injectable classes or functions. */
  readonly middleware?: readonly JobMiddlewareOption<never>[] | undefined;
  /**
   * Whether the application's global guards, interceptors, pipes and filters apply to job handlers as well; default
   * `global: false`, because most are made for requests. Those on a handler's class or method always apply.
   */
  readonly enhancers?: { readonly global?: boolean | undefined } | undefined;
  /**
   * The outcome of jobs that fail with an error of a given class: `dead`, `retry`, `dropped`, `{ retryIn: '30s' }`,
   * `{ snooze: '1h' }`, or a function of the error that returns one of these. The first match wins. Default: `dead` for
   * the errors that validation pipes and guards throw (BadRequest, UnprocessableEntity, Unauthorized, Forbidden),
   * `retry` for all others.
   */
  readonly outcomes?: readonly JobOutcome[] | undefined;
  /**
   * How long running jobs may take to finish when the application closes: milliseconds or a string such as `1m`;
   * default 25 s.
   */
  readonly shutdownTimeout?: Duration | undefined;
  /** The number of times that a process may die while running a job before the job itself is dead; default 3. */
  readonly maxDeaths?: number | undefined;
  /** Whether to recover jobs that a Go pool declared dead because it does not know their name; default false. */
  readonly rescueUnknownJobs?: boolean | undefined;
  /** The maximum size of a job's arguments as JSON, in bytes; default 1 MiB. */
  readonly maxArgsBytes?: number | undefined;
  /**
   * Propagators carry context, such as a trace, from the enqueuing code to the running job. They run around guards and
   * middleware, the first outermost.
   */
  readonly propagators?: readonly Propagator[] | undefined;
  /**
   * The keys for the encrypted fields of contracts; the same in all processes that enqueue or run such jobs. Default
   * none.
   */
  readonly encryption?: EncryptionOptions | undefined;
  /**
   * Whether `currentJob()` and `currentSignal()` return the running job and its signal; default false. It costs about
   * half a microsecond per job. Node before version 24 must then track every promise of the process, which adds a small
   * cost to each.
   */
  readonly currentJob?: boolean | undefined;
  /** A class that extends JobDecoratorService and wraps every handler when the application starts; for APM tools. */
  readonly jobDecorator?: Type<JobDecoratorService> | undefined;
  /**
   * What the pool watches, and whom it tells when work stalls: unanswered fetches, late heartbeats, jobs that nobody
   * handles, many dead jobs, late schedules. Default: the first two, told by `WorkEvents` and the log.
   */
  readonly alerts?: AlertOptions | undefined;
  /** The logger of the pool, such as pino; default: a Nest logger named `WorkerPool`. */
  readonly logger?: LoggerLike | undefined;
}

const { FLAG, functionOf, optionsIn, rule, ruleBy } = optionRules;
const { pool, enqueuer } = optionTables;

const CLASS = functionOf('a class');
const NAMES = ruleBy('a list of job names', (value, option) => {
  assertNames(option as 'only' | 'except', value);
});

/** The rules for the module's options. */
export const WORK_OPTIONS: OptionTable<WorkModuleOptions> = {
  // Checked when it is opened: a test replaces Redis, whatever is given here.
  redis: rule(`${pool.redis.expected}; or a function that returns one`, () => true),
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
  encryption: pool.encryption,
  currentJob: pool.currentJob,
  jobDecorator: CLASS,
  alerts: pool.alerts,
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

/** The interface of classes that `forRootAsync` accepts as `useClass` and `useExisting`: it creates the options. */
export type WorkOptionsFactory = ConfigurableModuleOptionsFactory<
  WorkModuleOptions,
  'createWorkOptions'
>;
