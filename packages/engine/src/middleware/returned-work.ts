import { UncalledFunctionError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { isThenable } from '../base/thrown.js';

/** The work that is left in a value which a user's function has returned. */
type Work = (signal: AbortSignal) => Promise<unknown>;

/** Work that was begun, and how to stop it early. */
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

// The method by which RxJS and its peers recognise each other's Observables.
const OBSERVABLE: PropertyKey =
  (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';

/**
 * The work that is left in a value which a handler or middleware has returned: an Observable works only when it is
 * subscribed to, a generator when its values are asked for, and a function when it is called. `undefined` for any other value,
 * and for one that cannot be inspected.
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
 * Does the work that is left in a returned value, until `signal` aborts. Resolves to the value, or to the work's last one.
 *
 * @throws what the work throws; the signal's reason when it aborts; UncalledFunctionError for a function
 */
export async function finishWork(result: unknown, job: Pick<Job, 'signal'>): Promise<unknown> {
  // Most handlers return nothing, and reading `job.signal` makes one.
  const work = result === undefined ? undefined : workIn(result);
  return work ? finishWork(await work(job.signal), job) : result;
}

/** The handler, which ends only when the work that it returned is done. */
export function finishing<Context>(handler: Handler<Context>): Handler<Context> {
  return async (job, context) => finishWork(await handler(job, context), job);
}

function refuse(): Promise<never> {
  return Promise.reject(new UncalledFunctionError());
}

/** The work in an array: its Observables, generators, and promises, whose errors nobody would hear otherwise. */
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
    // Other objects have a `subscribe`, too, such as Redis clients.
    const isOne = typeof convert === 'function' || typeof one.lift === 'function';
    return isOne ? (result as Observable) : undefined;
  }
  return typeof convert === 'function'
    ? (Reflect.apply(convert, one, []) as Observable)
    : undefined;
}

/** The steps of a generator, an iterator or an async iterable, unless somebody else reads it. */
function stepsIn(result: object): (() => Steps) | undefined {
  const one = result as Partial<AsyncIterable<unknown> & Iterable<unknown> & Steps>;
  const asynchronous = one[Symbol.asyncIterator];
  if (typeof asynchronous === 'function') {
    return isRead(result) ? undefined : () => Reflect.apply(asynchronous, one, []) as Steps;
  }
  const isIterator = typeof one.next === 'function' && typeof one[Symbol.iterator] === 'function';
  return isIterator ? () => one as Steps : undefined;
}

/** Whether somebody reads a stream: it is piped, listened to, locked or over. */
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
      // The reason of the abort counts, and not how the work reacts to it.
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
