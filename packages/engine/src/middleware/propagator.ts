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
 * Carries a part of the caller's context, such as a trace or a tenant, from the enqueuer of a job to its run. Give the same
 * propagators to the enqueuer and to the pool, which may be in another process.
 *
 * Redis stores the carrier beside the job, under the job's id, so it survives retries, even by Go processes. It lasts for 24
 * hours beyond the job's run time or its last retry. A job that waits longer runs without it.
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
  /** The name of the stored carrier; the same in all processes, and different for each propagator. */
  readonly name: string;
  /**
   * Returns the carrier as text; `undefined` for none. Each call of the enqueuer calls it once, in the caller's context. If it
   * throws, nothing is enqueued and the caller gets a `PropagatorCaptureError`.
   */
  capture(): string | undefined;
  /**
   * Calls `run` in the context that the carrier describes, around all middleware and the handler. `run` rejects when the job
   * fails. A propagator cannot change the job's fate: its own errors are logged, and if it does not call `run`, the job runs
   * without it. It may take five seconds before the job and five after it.
   *
   * @param carrier the text that `capture` returned; `undefined` if it captured nothing or the carrier is lost
   */
  restore(carrier: string | undefined, run: () => Promise<void>, job: Job): unknown;
  /** Runs around each call of the enqueuer. `capture` is called inside it. */
  readonly enqueue?: EnqueueMiddleware | undefined;
}

/** The carriers of a job, by the names of their propagators. */
export type Carriers = Readonly<Record<string, string>>;

/** The limit for all carriers of a job together, in bytes. A trace takes 200, and its baggage at most 8 KiB. */
const MAX_CARRIERS = 16 * 1024;

/** The wording of the rule in messages and documentation. */
export const PROPAGATOR_LISTS = 'a list of objects with capture(), restore() and a unique name';

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

/** @param names the names of the preceding propagators */
function isPropagator(one: Partial<Propagator> | null, names: Set<unknown>): boolean {
  if (typeof one?.name !== 'string' || one.name === '' || names.has(one.name)) return false;
  names.add(one.name);
  return typeof one.capture === 'function' && typeof one.restore === 'function';
}

/**
 * Captures the carriers of all propagators as text; `undefined` if none captures anything.
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
    `takes ${size} bytes, but all carriers of a job may take ${MAX_CARRIERS}`,
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
    carrier.then(undefined, () => undefined); // Nothing waits for it, and it may reject.
    throw new PropagatorCaptureError(propagator.name, 'came as a promise, not as a text');
  }
  throw new PropagatorCaptureError(propagator.name, `gave a ${typeof carrier}, not a text`);
}

/** Parses a text that `capture` wrote. Any other text has no carriers. */
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
  /** Called when a propagator itself has failed, and not the job. */
  readonly onError: (error: unknown) => void;
  /** The time limits of a propagator before the job and after it, each in milliseconds; default 5000. */
  readonly patience?: number | undefined;
}

const PATIENCE = 5_000;

/** Calls `run` inside all propagators, the first outermost. Settles as `run` does. */
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

/** Runs a propagator's own work. Resolves to `undefined`, or to the thrown error. Never rejects. */
async function endOf(act: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { error: readable(error) };
  }
}

/** Returns whether a promise settles within `milliseconds`. */
async function isWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const isInTime = await Promise.race([promise.then(() => true), over]);
  clearTimeout(timer);
  return isInTime;
}

/** An action that runs once, however often it is requested. */
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
      this.#running.catch(() => undefined); // The promise is awaited later, perhaps long after it has rejected.
      this.#onBegun();
    }
    return this.#running;
  };
}
