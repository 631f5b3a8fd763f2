import type { LateNextError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import type { JobContract } from '../job/job-contract.js';
import type { JobType } from '../job/job-type.js';
import type { CarrierScope } from './carrier-scope.js';
import { asCurrentJob } from './current-job.js';
import { compose, type Middleware } from './middleware.js';

/** The layers that a pool puts around its handlers. */
export interface HandlerLayers<Context> {
  /** Whether `currentJob()` answers within jobs. */
  readonly currentJob: boolean;
  /** Reads and restores what jobs carry; `undefined` in a pool without propagators. */
  readonly carriers: Pick<CarrierScope, 'around'> | undefined;
  /** In the order of registration: the first is the outermost. */
  readonly middleware: readonly Middleware<Context>[];
  /** A middleware called `next` for the first time after it had ended. */
  readonly onLateNext: (error: LateNextError) => void;
}

/**
 * Everything that a worker calls to run a job, as one function:
 *
 * ```
 * worker            makes the context; sets the timeout and the signal              run/worker.ts
 * ╰ currentJob      the job is the current one all the way down; only if asked for  current-job.ts
 *   ╰ propagators   run the rest in the contexts the job carries; only if any       carrier-scope.ts
 *     ╰ middleware  first to last; sees the job as enqueued, and its errors         middleware.ts
 *       ╰ contract  parses and upgrades the arguments; only with a schema           below
 *         ╰ handler
 * ```
 *
 * Each layer ends when the one inside it has ended, with the work that it returned (`returned-work.ts`). A layer that is
 * not used is not there: a pool without any calls the handler itself. The stack is made once for each job name, so that a
 * run makes no function that it can do without.
 */
export function handlerStack<Context>(
  { handler, contract }: Pick<JobType<Context>, 'handler' | 'contract'>,
  { currentJob, carriers, middleware, onLateNext }: HandlerLayers<Context>,
): Handler<Context> {
  let stack = handler;
  if (contract?.schema) stack = readingArgs(contract, stack);
  stack = compose(middleware, stack, onLateNext);
  if (carriers) stack = carriers.around(stack);
  if (currentJob) stack = asCurrentJob(stack);
  return stack;
}

/** Inside of all middleware, so that middleware sees a job whose arguments do not fit, and how it ends. */
function readingArgs<Context>(contract: JobContract, handler: Handler<Context>): Handler<Context> {
  return async (job, context) => {
    const args = await contract.read(job.args);
    return handler(job.withArgs(args as Record<string, unknown>), context);
  };
}
