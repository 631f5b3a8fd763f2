import type { Middleware } from '@nestcraft/engine';

/** Errors with which the next runs of jobs shall end. */
export class PlannedFailures {
  readonly #errors = new Map<string, unknown[]>();

  /** The next run of a job under one of these names fails. */
  plan(jobNames: readonly string[], error: unknown): void {
    const shared = this.#errors.get(jobNames[0] ?? '') ?? [];
    shared.push(error);
    for (const name of jobNames) this.#errors.set(name, shared);
  }

  clear(): void {
    this.#errors.clear();
  }

  /** Stands right before the handler, which does not run. */
  get middleware(): Middleware {
    return async (job, next) => {
      const errors = this.#errors.get(job.name);
      if (errors && errors.length > 0) throw errors.shift();
      await next();
    };
  }
}
