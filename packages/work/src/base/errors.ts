import { WorkError } from '@nestcraft/engine';
import { didYouMean } from '@nestcraft/engine/internal';

/** Thrown for an invalid `@JobHandler`. The application does not start. */
export class InvalidJobHandlerError extends WorkError {
  constructor(
    readonly className: string,
    readonly methodName: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`@JobHandler on ${className}.${methodName}: ${reason}`, { cause });
  }
}

/** Thrown for an invalid `@OnJobEvent`. The application does not start. */
export class InvalidJobListenerError extends WorkError {
  constructor(
    readonly className: string,
    readonly methodName: string,
    readonly reason: string,
  ) {
    super(`@OnJobEvent on ${className}.${methodName}: ${reason}`);
  }
}

/** Thrown when two `@JobHandler`s handle the same job name. The application does not start. */
export class DuplicateJobHandlerError extends WorkError {
  constructor(
    readonly jobName: string,
    /** Class, method and module of the first handler, such as `Mailer.send (MailModule)`. */
    readonly first: string,
    readonly second: string,
  ) {
    super(
      `Job "${jobName}" has two handlers: ${first} and ${second}. Rename one of the jobs. If two modules provide the same class, provide it in one module and export it from there.`,
    );
  }
}

/**
 * Thrown when `WorkModule.forRoot()` is imported twice under the same name, or twice without a name. The application
 * does not start.
 */
export class DuplicateWorkModuleError extends WorkError {
  constructor(
    /** `undefined` for the unnamed instance. */
    readonly instance: string | undefined,
  ) {
    super(
      instance === undefined
        ? 'WorkModule.forRoot() or forRootAsync() is imported twice. Import it once, in the root module. It is global: other modules can inject Enqueuer, WorkerPool and Client without importing it. To add a second instance, give it a name: forRoot({ name, … }).'
        : `Two instances of WorkModule are named "${instance}". Give one of them another name.`,
    );
  }
}

/** Thrown for a handler or options that name an unknown instance of `WorkModule`. The application does not start. */
export class UnknownWorkInstanceError extends WorkError {
  constructor(
    /** `undefined` for the unnamed instance. */
    readonly instance: string | undefined,
    /** The class and method, or the job, that names the instance. */
    readonly place: string,
    /** The names of the existing instances. */
    readonly known: readonly (string | undefined)[],
  ) {
    super(
      `${place} belongs to ${called(instance)} of WorkModule, which is not imported. Import WorkModule.forRoot(${instance === undefined ? '{ … }' : `{ name: "${instance}", … }`}), or name one of the imported instances: ${known.map(called).join(', ')}.`,
    );
  }
}

/** Thrown when a name or pattern in `only` or `except` matches no handler. The application does not start. */
export class UnknownJobSelectionError extends WorkError {
  constructor(
    readonly option: 'only' | 'except',
    readonly pattern: string,
    readonly known: readonly string[],
  ) {
    const parts = [
      `Option "${option}" names "${pattern}", which matches no job of this application.`,
      didYouMean(pattern, known),
      `Its jobs are: ${known.join(', ') || '(none)'}.`,
    ];
    super(parts.filter((part) => part !== undefined).join(' '));
  }
}

/**
 * Thrown when a configuration of `configureJobs` or `configureJobsAsync` cannot be applied. The application does not
 * start.
 */
export class InvalidJobConfigurationError extends WorkError {
  constructor(
    readonly jobName: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`WorkModule.configureJobs() for job "${jobName}": ${reason}`, { cause });
  }
}

function called(instance: string | undefined): string {
  return instance === undefined ? 'the unnamed instance' : `the instance "${instance}"`;
}
