import { cipherFor, type ArgsCipher } from '../encryption/args-cipher.js';
import { Keyring } from '../encryption/keyring.js';
import type { LateNextError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import type { JobContract } from '../job/job-contract.js';
import type { JobType } from '../job/job-type.js';
import type { CarrierScope } from './carrier-scope.js';
import { asCurrentJob } from './current-job.js';
import { compose, type Middleware } from './middleware.js';

const NO_KEYS = new Keyring();

/** The layers that a pool puts around its handlers. */
export interface HandlerLayers<Context> {
  /** Whether `currentJob()` works in jobs. */
  readonly currentJob: boolean;
  /** Reads and restores the carried contexts of jobs; `undefined` in a pool without propagators. */
  readonly carriers: Pick<CarrierScope, 'around'> | undefined;
  /** The keys for encrypted arguments; default none. */
  readonly keyring?: Keyring | undefined;
  /** The middleware in the order of registration; the first is the outermost. */
  readonly middleware: readonly Middleware<Context>[];
  /** Called when a middleware calls `next` for the first time after it has ended. */
  readonly onLateNext: (error: LateNextError) => void;
}

/**
 * Composes everything that a worker calls to run a job into one function:
 *
 * ```
 * worker            makes the context; sets the timeout and the signal              run/worker.ts
 * ╰ currentJob      makes the job the current job; only with the option  current-job.ts
 *   ╰ propagators   run the rest in the job's carried contexts; only if any       carrier-scope.ts
 *     ╰ middleware  first to last; gets the job as enqueued, and its errors         middleware.ts
 *       ╰ cipher    decrypts arguments; only with encrypted fields                  below
 *         ╰ contract  parses and upgrades the arguments; only with a schema         below
 *           ╰ handler
 * ```
 *
 * Each layer ends when the layer inside it and its returned work (`returned-work.ts`) have ended. Unused layers do not
 * exist: a pool without any calls the handler itself. The stack is made once for each job name, so that a run makes no
 * unnecessary functions.
 */
export function handlerStack<Context>(
  { handler, contract }: Pick<JobType<Context>, 'handler' | 'contract'>,
  { currentJob, carriers, keyring = NO_KEYS, middleware, onLateNext }: HandlerLayers<Context>,
): Handler<Context> {
  let stack = handler;
  if (contract?.schema) stack = readingArgs(contract, stack);
  const cipher = contract && cipherFor(contract, keyring);
  if (cipher) stack = decryptingArgs(cipher, stack);
  stack = compose(middleware, stack, onLateNext);
  if (carriers) stack = carriers.around(stack);
  if (currentJob) stack = asCurrentJob(stack);
  return stack;
}

/** Checks the arguments inside all middleware, so that middleware also sees a job with invalid arguments and its error. */
function readingArgs<Context>(contract: JobContract, handler: Handler<Context>): Handler<Context> {
  return async (job, context) => {
    const args = await contract.read(job.args);
    return handler(job.withArgs(args as Record<string, unknown>), context);
  };
}

/** Decrypts the arguments inside all middleware, so that only the contract and the handler see them. */
function decryptingArgs<Context>(cipher: ArgsCipher, handler: Handler<Context>): Handler<Context> {
  return (job, context) => {
    const args = cipher.decrypt(job.name, job.args);
    return handler(job.withArgs(args, cipher.secrets), context);
  };
}
