import { UncalledFunctionError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { isThenable } from '../base/thrown.js';

/** What is left to be done with something that a function of the user's has returned. */
type Work = (signal: AbortSignal) => Promise<unknown>;

/** Something that was begun, and how to end it before its time. */
interface Begun {
  readonly ended: Promise<unknown>;
  readonly stop: () => void;
}

interface Observable {
  subscribe(observer: {
    next: (value: unknown) => void;
    error: (error: unknown) => void;
    complete: () => void;
  }): { unsubscribe(): void };
}

interface Steps {
  next(): unknown;
  return?(): unknown;
}

// As RxJS and its peers name the method by which they know each other's Observables.
const OBSERVABLE: PropertyKey =
  (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';

/**
 * What a handler or middleware has begun by what it returned, and nobody has done yet: an Observable works when somebody
 * subscribes, a generator when somebody asks for its values, and a function when somebody calls it. Nothing for all
 * else, and for what cannot be looked at.
 */
export function workIn(result: unknown): Work | undefined {
  if (typeof result === 'function') return refuse;
  if (typeof result !== 'object' || result === null) return undefined;
  try {
    return Array.isArray(result) ? allOf(result) : workOf(result);
  } catch {
    return undefined; // a Proxy that answers only what it expects, for instance
  }
}

/**
 * Does what is left to be done, until `signal` aborts.
 *
 * @throws what the work throws; the signal's reason when it aborts; UncalledFunctionError for a function
 */
export async function finishWork(result: unknown, job: Pick<Job, 'signal'>): Promise<unknown> {
  // Most return nothing, and a signal is made for who asks for it.
  const work = result === undefined ? undefined : workIn(result);
  return work ? finishWork(await work(job.signal), job) : result;
}

/** The handler, which ends when all is done that it has returned. */
export function finishing<Context>(handler: Handler<Context>): Handler<Context> {
  return async (job, context) => finishWork(await handler(job, context), job);
}

function refuse(): Promise<never> {
  return Promise.reject(new UncalledFunctionError());
}

/** Of an array: promises, which fail where nobody hears it if nobody waits, Observables and generators. */
function allOf(results: readonly unknown[]): Work | undefined {
  const isWork = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && (isThenable(one) || Boolean(workOf(one)));
  if (!results.some(isWork)) return undefined;
  return (signal) =>
    Promise.all(results.filter(isWork).map(async (one) => finishWork(await one, { signal })));
}

function workOf(result: object): Work | undefined {
  const observable = observableIn(result);
  if (observable) return (signal) => orAborted(signal, () => subscribe(observable));
  const steps = stepsIn(result);
  return steps && ((signal) => orAborted(signal, () => iterate(steps())));
}

function observableIn(result: object): Observable | undefined {
  const one = result as Readonly<Record<PropertyKey, unknown>>;
  const convert = one[OBSERVABLE];
  if (typeof one.subscribe === 'function') {
    // Others have a `subscribe`, too, such as Redis clients.
    const isOne = typeof convert === 'function' || typeof one.lift === 'function';
    return isOne ? (result as Observable) : undefined;
  }
  return typeof convert === 'function'
    ? (Reflect.apply(convert, one, []) as Observable)
    : undefined;
}

/** Of a generator, an iterator, or something asynchronous to iterate, unless somebody else reads it. */
function stepsIn(result: object): (() => Steps) | undefined {
  const one = result as Partial<AsyncIterable<unknown> & Iterable<unknown> & Steps>;
  const asynchronous = one[Symbol.asyncIterator];
  if (typeof asynchronous === 'function') {
    return isRead(result) ? undefined : () => Reflect.apply(asynchronous, one, []) as Steps;
  }
  const isIterator = typeof one.next === 'function' && typeof one[Symbol.iterator] === 'function';
  return isIterator ? () => one as Steps : undefined;
}

/** A stream that is piped, listened to, locked or over is somebody's. */
function isRead(result: object): boolean {
  const { readableFlowing, destroyed, locked } = result as {
    readonly readableFlowing?: boolean | null;
    readonly destroyed?: boolean;
    readonly locked?: boolean;
  };
  return typeof readableFlowing === 'boolean' || destroyed === true || locked === true;
}

function subscribe(observable: Observable): Begun {
  let subscription: { unsubscribe(): void } | undefined;
  const ended = new Promise<unknown>((resolve, reject) => {
    let last: unknown;
    subscription = observable.subscribe({
      next: (value) => (last = value),
      error: reject,
      complete: () => resolve(last),
    });
  });
  return { ended, stop: () => subscription?.unsubscribe() };
}

function iterate(steps: Steps): Begun {
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    void Promise.resolve(steps.return?.()).catch(() => undefined);
  };
  const run = async (): Promise<unknown> => {
    for (;;) {
      const { done, value } = (await steps.next()) as IteratorResult<unknown, unknown>;
      if (done || isStopped) return value;
      await value; // A plain generator may give promises.
    }
  };
  return { ended: run(), stop };
}

async function orAborted(signal: AbortSignal, begin: () => Begun): Promise<unknown> {
  signal.throwIfAborted();
  const { ended, stop } = begin();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      // Why it aborted counts, and not how the work bears it.
      Promise.resolve()
        .then(stop)
        .catch(() => undefined);
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([ended, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
