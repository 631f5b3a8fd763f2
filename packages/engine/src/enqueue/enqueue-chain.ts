import { jobsOf, type EnqueueResult } from './enqueue-result.js';
import type { MadeJob } from './entry-maker.js';
import type { PendingWork } from './pending-work.js';
import { Job } from '../job/job.js';
import { sendThrough, type EnqueueMiddleware } from '../middleware/enqueue-middleware.js';
import { capture, type Propagator } from '../middleware/propagator.js';

/** The layers around each call that enqueues: the middleware, and inside it the capturing propagators. */
export class EnqueueChain {
  readonly #propagators: readonly Propagator[];
  readonly #middleware: EnqueueMiddleware[];
  readonly #pending: PendingWork;

  constructor(propagators: readonly Propagator[], pending: PendingWork) {
    this.#propagators = propagators;
    this.#middleware = propagators.flatMap((one) => one.enqueue?.bind(one) ?? []);
    this.#pending = pending;
  }

  /** Adds a middleware inside all others. */
  add(middleware: EnqueueMiddleware): void {
    this.#middleware.push(middleware);
  }

  /**
   * Sends jobs through the chain.
   *
   * @param send sends the jobs with their carried context
   * @param resultsOf extracts the results of a reply; the middleware gets their jobs
   * @throws the errors of `send` and of the middleware; EnqueueStoppedError, PropagatorCaptureError
   */
  through<Reply>(
    made: readonly MadeJob[],
    send: (carrier?: string) => Promise<Reply>,
    resultsOf: (reply: Reply) => readonly EnqueueResult[],
  ): Promise<Reply> {
    if (this.#middleware.length === 0 && this.#propagators.length === 0) return send();
    return this.#pending.track(
      sendThrough(
        this.#middleware,
        made.map(({ entry }) => new Job(entry)),
        async () => send(capture(this.#propagators)),
        (reply) => jobsOf(resultsOf(reply)),
      ),
    );
  }
}
