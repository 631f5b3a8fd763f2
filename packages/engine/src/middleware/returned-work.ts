import { UncalledFunctionError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import type { Handler } from '../job/handler.js';
import { isThenable } from '../base/thrown.js';

/** The remaining work in a value that a user's function has returned. */
type Work = (signal: AbortSignal) => Promise<unknown>;

/** Started work, and the way to stop it early. */
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

// The method by which RxJS and similar libraries recognise each other's Observables.
const OBSERVABLE: PropertyKey =
  (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';

/**
 * Returns the remaining work in a value that a handler or middleware has returned. An Observable works only when it is
 * subscribed to, a generator when its values are requested, and a function when it is called. Returns `undefined` for any
 * other value, and for a value that cannot be inspected.
 */
export function workIn(result: unknown): Work | undefined {
  if (typeof result === 'function') return refuse;
  if (typeof result !== 'object' || result === null) return undefined;
  try {
    return Array.isArray(result) ? allOf(result) : workOf(result);
  } catch {
    return undefined; // a Proxy that throws on unknown properties, for instance
  }
}

/**
 * Does the remaining work in a returned value until `signal` aborts. Resolves to the value, or to the work's last value.
 *
 * @throws the error of the work; the signal's reason when it aborts; UncalledFunctionError for a function
 */
export async function finishWork(result: unknown, job: Pick<Job, 'signal'>): Promise<unknown> {
  // Most handlers return nothing, and reading `job.signal` would create a signal.
  const work = result === undefined ? undefined : workIn(result);
  return work ? finishWork(await work(job.signal), job) : result;
}

/** Wraps the handler so that it ends only when its returned work is done. */
export function finishing<Context>(handler: Handler<Context>): Handler<Context> {
  return async (job, context) => finishWork(await handler(job, context), job);
}

function refuse(): Promise<never> {
  return Promise.reject(new UncalledFunctionError());
}

/** Returns the work in an array: its Observables, generators, and promises, whose errors would otherwise be lost. */
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
    // Other objects, such as Redis clients, also have a `subscribe`.
    const isOne = typeof convert === 'function' || typeof one.lift === 'function';
    return isOne ? (result as Observable) : undefined;
  }
  return typeof convert === 'function'
    ? (Reflect.apply(convert, one, []) as Observable)
    : undefined;
}

/** Returns the steps of a generator, an iterator or an async iterable, unless something else reads it. */
function stepsIn(result: object): (() => Steps) | undefined {
  const one = result as Partial<AsyncIterable<unknown> & Iterable<unknown> & Steps>;
  const asynchronous = one[Symbol.asyncIterator];
  if (typeof asynchronous === 'function') {
    return isRead(result) ? undefined : () => Reflect.apply(asynchronous, one, []) as Steps;
  }
  const isIterator = typeof one.next === 'function' && typeof one[Symbol.iterator] === 'function';
  return isIterator ? () => one as Steps : undefined;
}

/** Returns whether a stream is already being read: it is piped, listened to, locked or finished. */
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
      await value; // A synchronous generator may yield promises.
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
      // The reason of the abort counts, not the work's reaction to it.
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
