import { EnqueueStoppedError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { Passage } from './passage.js';

/**
 * Runs around each call of the enqueuer, in the order of registration. `jobs` are those of the call: one, or all of
 * `enqueueMany`. It goes on by `await next()`, which resolves to those that Redis has taken (a unique job that waits
 * already is not among them; one that waits for its time is a `ScheduledJob`), and rejects as the call does. Where it
 * does not wait, the call does. A second `next()` sends nothing, nor does one after the middleware has ended.
 */
export type EnqueueMiddleware = (
  jobs: readonly Job[],
  next: () => Promise<readonly Job[]>,
) => unknown;

/**
 * Sends jobs through `middleware`, from first to last.
 *
 * @param taken which of the jobs Redis has taken, by what `send` resolved to
 * @throws what `send` and the middleware throw; EnqueueStoppedError if one did not go on
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
