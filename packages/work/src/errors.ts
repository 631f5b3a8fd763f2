import { WorkError } from '@nestcraft/engine';

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

/** `WorkModule.forRoot()` stands in two places, which would make two pools. The application does not start. */
export class DuplicateWorkModuleError extends WorkError {
  constructor() {
    super(
      'WorkModule.forRoot() or forRootAsync() is imported twice. Import it once, in the root module; it is global, so that other modules can inject Enqueuer, WorkerPool and Client without importing it.',
    );
  }
}
