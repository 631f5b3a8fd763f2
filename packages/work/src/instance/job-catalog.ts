import { jobNamesOf } from '@nestcraft/engine';
import type { KnownJobs } from '@nestcraft/engine/internal';
import { unprovidedMethods } from '../decorators/decorations.js';
import type { JobHandlerMetadata } from '../decorators/job-handler.decorator.js';

/** A `@JobHandler` and the method that it decorates. */
export interface CataloguedHandler extends JobHandlerMetadata {
  readonly className: string;
  readonly methodName: string;
}

/** The jobs that an application can handle for an instance, including those that this process does not run. */
export class JobCatalog implements KnownJobs {
  readonly #handled = new Set<string>();
  /** Handlers of other instances and handlers that were loaded too late, by job name. */
  readonly #elsewhere = new Map<string, string>();

  readonly names = (): Iterable<string> => this.#handled;

  /** Explains why a job may go unhandled although a handler exists. */
  readonly hint = (jobName: string): string | undefined =>
    this.#elsewhere.get(jobName) ?? unprovidedHint(jobName);

  /**
   * Records the application's handlers, whether or not this process runs their jobs.
   *
   * @param instance the name of the catalog's instance
   */
  note(handlers: readonly CataloguedHandler[], instance: string | undefined): void {
    for (const { jobName, contract, options, className, methodName } of handlers) {
      for (const name of jobNamesOf(contract ?? jobName)) {
        if (options.instance === instance) this.#handled.add(name);
        else this.#elsewhere.set(name, elsewhere(`${className}.${methodName}`, options.instance));
      }
    }
  }

  /** Records a handler that was loaded after the pool had started. */
  noteLate({ jobName, contract, className, methodName }: CataloguedHandler): void {
    const hint = `The module of ${className}.${methodName}, which handles it, was loaded too late.`;
    for (const name of jobNamesOf(contract ?? jobName)) this.#elsewhere.set(name, hint);
  }
}

function elsewhere(place: string, instance: string | undefined): string {
  const name = instance === undefined ? 'the unnamed instance' : `the instance "${instance}"`;
  return `${place} handles it for ${name} of WorkModule: inject that instance's Enqueuer.`;
}

function unprovidedHint(jobName: string): string | undefined {
  const found = unprovidedMethods().find(({ jobNames }) => jobNames.includes(jobName));
  if (!found) return undefined;
  const { className, methodName } = found;
  return `${className}.${methodName} has a @JobHandler for it, but no module of this application provides ${className}.`;
}
