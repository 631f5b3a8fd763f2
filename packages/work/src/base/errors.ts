import { WorkError } from '@nestcraft/engine';
import { didYouMean } from '@nestcraft/engine/internal';

/** A `@JobHandler` that cannot work. The application does not start. */
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

/** An `@OnJobEvent` that cannot work. The application does not start. */
export class InvalidJobListenerError extends WorkError {
  constructor(
    readonly className: string,
    readonly methodName: string,
    readonly reason: string,
  ) {
    super(`@OnJobEvent on ${className}.${methodName}: ${reason}`);
  }
}

/** Two `@JobHandler`s for one job name. The application does not start. */
export class DuplicateJobHandlerError extends WorkError {
  constructor(
    readonly jobName: string,
    /** Class, method and module of the first handler, such as `Mailer.send (MailModule)`. */
    readonly first: string,
    readonly second: string,
  ) {
    super(
      `Job "${jobName}" has two handlers: ${first} and ${second}. Rename one; or, if it is one class that two modules provide, provide it in one and export it from there.`,
    );
  }
}

/** `WorkModule.forRoot()` stands in two places with one name, or without any. The application does not start. */
export class DuplicateWorkModuleError extends WorkError {
  constructor(
    /** Nothing for the unnamed one. */
    readonly instance: string | undefined,
  ) {
    super(
      instance === undefined
        ? 'WorkModule.forRoot() or forRootAsync() is imported twice. Import it once, in the root module; it is global, so that other modules can inject Enqueuer, WorkerPool and Client without importing it. For a second one beside it, give that one a name: forRoot({ name, … }).'
        : `Two instances of WorkModule are named "${instance}". Give one of them another name.`,
    );
  }
}

/** A handler, or options, for an instance of `WorkModule` that there is not. The application does not start. */
export class UnknownWorkInstanceError extends WorkError {
  constructor(
    /** Nothing for the unnamed one. */
    readonly instance: string | undefined,
    /** The class and method, or the job, that names it. */
    readonly place: string,
    /** The names of the instances that there are. */
    readonly known: readonly (string | undefined)[],
  ) {
    super(
      `${place} belongs to ${called(instance)} of WorkModule, which is not imported. Import WorkModule.forRoot(${instance === undefined ? '{ … }' : `{ name: "${instance}", … }`}), or name one of those that are: ${known.map(called).join(', ')}.`,
    );
  }
}

/** A name or a pattern in `only` or `except` that fits no handler. The application does not start. */
export class UnknownJobSelectionError extends WorkError {
  constructor(
    readonly option: 'only' | 'except',
    readonly pattern: string,
    readonly known: readonly string[],
  ) {
    const parts = [
      `Option "${option}" names "${pattern}", which is no job of this application.`,
      didYouMean(pattern, known),
      `Its jobs are: ${known.join(', ') || '(none)'}.`,
    ];
    super(parts.filter((part) => part !== undefined).join(' '));
  }
}

/** A configuration of `configureJobs` or `configureJobsAsync` that cannot be applied. The application does not start. */
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
