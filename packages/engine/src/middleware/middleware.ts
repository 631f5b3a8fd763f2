import { LateNextError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import type { Job } from '../job/job.js';
import { Passage } from './passage.js';
import { finishing, finishWork } from './returned-work.js';

/**
 * A function that runs around every job's handler, in the order of registration. `await next()` continues. If it never calls
 * `next`, the handler does not run and the job is done. If it does not wait for `next()`, the job still ends and fails with
 * its handler. A second `next()` runs nothing and returns the promise of the first.
 */
export type Middleware<Context = unknown> = (
  job: Job,
  next: () => Promise<void>,
  context: Context,
) => unknown;

/**
 * Makes one function that runs `middleware`, from first to last, around `handler`. Without middleware it is `handler` itself.
 *
 * @param onLate called when a middleware calls `next` for the first time after it has ended
 */
export function compose<Context>(
  middleware: readonly Middleware<Context>[],
  handler: Handler<Context>,
  onLate: (error: LateNextError) => void = () => undefined,
): Handler<Context> {
  return middleware.reduceRight<Handler<Context>>((inner, outer) => {
    const goOn = finishing(inner);
    return (job, context) => {
      const inside = async (): Promise<void> => {
        await goOn(job, context);
      };
      const late = (): LateNextError => lateNext(job, onLate);
      return new Passage(inside, late).through(async (next) => {
        await finishWork(await outer(job, next, context), job);
      });
    };
  }, handler);
}

function lateNext({ name, id }: Job, onLate: (error: LateNextError) => void): LateNextError {
  const error = new LateNextError(name, id);
  onLate(error);
  return error;
}
