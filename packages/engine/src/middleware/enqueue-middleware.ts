import { EnqueueStoppedError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { Passage } from './passage.js';

/**
 * A function that runs around each call of the enqueuer, in the order of registration. `jobs` holds the job of the call, or
 * all jobs of `enqueueMany`. `await next()` continues. It resolves to the jobs that Redis has accepted, without unique jobs
 * that already wait; a job that waits for its time is a `ScheduledJob`. It rejects as the call does. The call waits for
 * `next()` even if the middleware does not. A second `next()`, or one after the middleware has ended, sends nothing.
 */
export type EnqueueMiddleware = (
  jobs: readonly Job[],
  next: () => Promise<readonly Job[]>,
) => unknown;

/**
 * Sends jobs through `middleware`, from first to last.
 *
 * @param taken extracts the jobs that Redis has accepted from the result of `send`
 * @throws the errors of `send` and of the middleware; EnqueueStoppedError if a middleware ended without calling `next`
 */
export async function sendThrough<Result>(
  middleware: readonly EnqueueMiddleware[],
  jobs: readonly Job[],
  send: () => Promise<Result>,
  taken: (result: Result) => readonly Job[],
): Promise<Result> {
  let sent: Promise<Result> | undefined;
  const stopped = (): EnqueueStoppedError => new EnqueueStoppedError(jobs.map(({ name }) => name));
  const whatWasSent = (): Promise<Result> => {
    if (sent === undefined) throw stopped();
    return sent;
  };
  const all = middleware.reduceRight<() => Promise<readonly Job[]>>(
    (inner, one) => async () => {
      await new Passage(inner, stopped).through((next) => one(jobs, next));
      return taken(await whatWasSent());
    },
    async () => taken(await (sent ??= send())),
  );
  await all();
  return whatWasSent();
}
