import type { EnqueueMiddleware } from './enqueue-middleware.js';
import {
  PropagatorCaptureError,
  InvalidOptionError,
  SlowPropagatorError,
} from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { ruleBy } from '../options/option-rules.js';
import { errorLine } from '../errors/error-text.js';
import { isThenable, readable } from '../base/thrown.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

/**
 * Carries a part of the caller's context, such as a trace or a tenant, from the place where a job is enqueued to the place
 * where it runs. Give the same propagators to the enqueuer and to the pool, which may be in another process.
 *
 * The carrier is stored beside the job in Redis, under the job's id, so that it survives retries, even by Go processes. It
 * lasts for 24 hours beyond the job's run time or its last retry. A job that waits for longer runs without it.
 *
 * @example
 * ```ts
 * const tenants: Propagator = {
 *   name: 'tenant',
 *   capture: () => storage.getStore(),
 *   restore: (carrier, run) => (carrier === undefined ? run() : storage.run(carrier, run)),
 * };
 * ```
 */
export interface Propagator {
  /** The name under which the carrier is stored: the same in all processes, and different for each propagator. */
  readonly name: string;
  /**
   * Returns the carrier, as text; `undefined` for none. It is called in the caller's context, once for each call of the
   * enqueuer. If it throws, nothing is enqueued and the caller gets a `PropagatorCaptureError`.
   */
  capture(): string | undefined;
  /**
   * Calls `run` in the context that the carrier describes, around all middleware and the handler. `run` rejects when the job
   * fails. A propagator cannot change the job's fate: its own errors are logged, and a job that it does not run runs without
   * it. It may take five seconds before the job, and five after it.
   *
   * @param carrier the text that `capture` returned; `undefined` if nothing was carried, or the carrier is lost
   */
  restore(carrier: string | undefined, run: () => Promise<void>, job: Job): unknown;
  /** Runs around each call of the enqueuer. `capture` is called inside it. */
  readonly enqueue?: EnqueueMiddleware | undefined;
}

/** The carriers of a job, by the names of their propagators. */
export type Carriers = Readonly<Record<string, string>>;

/** In bytes, for all carriers of a job together. A trace takes 200, and its baggage at most 8 KiB. */
const MAX_CARRIERS = 16 * 1024;

/** The rule, as messages and documentation word it. */
export const PROPAGATOR_LISTS =
  'a list of objects with capture() and restore(), in which each has a name of its own';

/** @throws InvalidOptionError */
export function assertPropagators(propagators: unknown): void {
  const names = new Set<unknown>();
  const list: readonly Partial<Propagator>[] | undefined = Array.isArray(propagators)
    ? propagators
    : undefined;
  if (list?.every((one) => isPropagator(one, names))) return;
  throw new InvalidOptionError('propagators', propagators, PROPAGATOR_LISTS);
}

export const PROPAGATORS = ruleBy(PROPAGATOR_LISTS, assertPropagators);

/** @param names the names of the propagators before it */
function isPropagator(one: Partial<Propagator> | null, names: Set<unknown>): boolean {
  if (typeof one?.name !== 'string' || one.name === '' || names.has(one.name)) return false;
  names.add(one.name);
  return typeof one.capture === 'function' && typeof one.restore === 'function';
}

/**
 * What all propagators carry, as text; `undefined` for nothing.
 *
 * @throws PropagatorCaptureError
 */
export function capture(propagators: readonly Propagator[]): string | undefined {
  const carriers = propagators.flatMap((propagator) => {
    const carrier = captureOne(propagator);
    return carrier === undefined ? [] : [[propagator.name, carrier] as const];
  });
  if (carriers.length === 0) return undefined;
  const text = JSON.stringify(Object.fromEntries(carriers));
  const size = Buffer.byteLength(text);
  if (size <= MAX_CARRIERS) return text;
  const names = carriers.map(([name]) => name).join('", "');
  throw new PropagatorCaptureError(
    names,
    `takes ${size} bytes of the ${MAX_CARRIERS} that there are`,
  );
}

function captureOne(propagator: Propagator): string | undefined {
  let carrier: unknown;
  try {
    carrier = propagator.capture();
  } catch (error) {
    const reason = `threw: ${errorLine(error)}`;
    throw new PropagatorCaptureError(propagator.name, reason, error);
  }
  if (carrier === undefined || typeof carrier === 'string') return carrier;
  if (isThenable(carrier)) {
    carrier.then(undefined, () => undefined); // Nobody waits for it, and it may reject.
    throw new PropagatorCaptureError(propagator.name, 'came as a promise, not as a text');
  }
  throw new PropagatorCaptureError(propagator.name, `gave a ${typeof carrier}, not a text`);
}

/** Reads a text that `capture` wrote. Any other text has no carriers. */
export function parseCarriers(text: string): Carriers {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch {
    return {};
  }
}

/** A job's run, and the propagators around it. */
export interface RestoreParams {
  readonly propagators: readonly Propagator[];
  readonly carriers: Carriers;
  readonly job: Job;
  /** A propagator has failed by itself, and not with the job. */
  readonly onError: (error: unknown) => void;
  /** How long a propagator may take before the job, and after it, in milliseconds; default 5000. */
  readonly patience?: number | undefined;
}

const PATIENCE = 5_000;

/** Calls `run` within all propagators, the first outermost. Settles as `run` does. */
export async function restore(params: RestoreParams, run: () => Promise<void>): Promise<void> {
  const all = params.propagators.reduceRight<() => Promise<void>>(
    (inner, propagator) => () => restoreOne(propagator, params, inner),
    run,
  );
  await all();
}

async function restoreOne(
  propagator: Propagator,
  { carriers, job, onError, patience = PATIENCE }: RestoreParams,
  run: () => Promise<void>,
): Promise<void> {
  const once = new Once(run);
  const restoring = endOf(() => propagator.restore(carriers[propagator.name], once.run, job));
  const late = (what: string): void =>
    onError(new SlowPropagatorError(propagator.name, what, patience));
  const hasRun = once.isBegun || (await isWithin(patience, Promise.race([once.begun, restoring])));
  if (!hasRun) late('did not run the job');
  const hasFailed = await once.run().then(
    () => false,
    () => true,
  );
  if (hasRun) {
    const isInTime = await isWithin(patience, restoring);
    const failure = isInTime ? await restoring : undefined;
    if (!isInTime) late('did not end with the job');
    if (failure && !hasFailed) onError(failure.error);
  }
  await once.run();
}

/** How a propagator's own work ends: `undefined`, or the error that it threw. Never rejects. */
async function endOf(act: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { error: readable(error) };
  }
}

/** Whether a promise settles within `milliseconds`. */
async function isWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const isInTime = await Promise.race([promise.then(() => true), over]);
  clearTimeout(timer);
  return isInTime;
}

/** An action that runs once, however often it is asked for. */
class Once {
  readonly #act: () => Promise<void>;
  #running: Promise<void> | undefined;
  #onBegun: () => void = () => undefined;
  readonly begun = new Promise<void>((resolve) => (this.#onBegun = resolve));

  constructor(act: () => Promise<void>) {
    this.#act = act;
  }

  get isBegun(): boolean {
    return this.#running !== undefined;
  }

  readonly run = (): Promise<void> => {
    if (!this.#running) {
      this.#running = this.#act();
      this.#running.catch(() => undefined); // It is awaited later, perhaps long after it has failed.
      this.#onBegun();
    }
    return this.#running;
  };
}
