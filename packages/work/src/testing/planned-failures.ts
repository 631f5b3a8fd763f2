import type { Middleware } from '@nestcraft/engine';

/** The errors with which the next runs of jobs will end. */
export class PlannedFailures {
  readonly #errors = new Map<string, unknown[]>();

  /** Makes the next run of a job with one of these names fail. */
  plan(jobNames: readonly string[], error: unknown): void {
    const shared = this.#errors.get(jobNames[0] ?? '') ?? [];
    shared.push(error);
    for (const name of jobNames) this.#errors.set(name, shared);
  }

  clear(): void {
    this.#errors.clear();
  }

  /** The middleware directly before the handler; on a planned failure the handler does not run. */
  get middleware(): Middleware {
    return async (job, next) => {
      const errors = this.#errors.get(job.name);
      if (errors && errors.length > 0) throw errors.shift();
      await next();
    };
  }
}
