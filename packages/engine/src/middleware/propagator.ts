import type { EnqueueMiddleware } from './enqueue-middleware.js';
import { PropagatorCaptureError, InvalidOptionError, SlowPropagatorError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { ruleBy } from '../options/option-rules.js';
import { errorLine } from '../errors/error-text.js';
import { isThenable, readable } from '../base/thrown.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

/**
 * Carries something of the caller's surroundings, such as a trace or a tenant, from where a job is enqueued to where it
 * runs. The enqueuer and the pool are given the same propagators; the pool may be in another process.
 *
 * What is carried stands beside the job in Redis, under the job's id, so that it comes through retries, those of Go
 * processes included. It lasts for 24 hours beyond the job's run time or its last retry; a job that waits for longer
 * runs without it.
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
  /** What the carrier is kept under: the same in all processes, another for each propagator. */
  readonly name: string;
  /**
   * Says what is to be carried, as text; `undefined` for nothing. Called in the caller's context, once for each call of
   * the enqueuer. When it throws nothing is enqueued, and the caller gets a `PropagatorCaptureError`.
   */
  capture(): string | undefined;
  /**
   * Calls `run` in the context that the carrier tells, around all middleware and the handler. `run` rejects when the job
   * fails. Nothing that a propagator does changes what becomes of the job: an error of its own is logged, and a job that
   * it did not run runs without it. It has five seconds for itself, before the job and after it.
   *
   * @param carrier what `capture` returned; `undefined` where nothing was carried, or it is lost
   */
  restore(carrier: string | undefined, run: () => Promise<void>, job: Job): unknown;
  /** Runs around each call of the enqueuer; `capture` is called inside of it. */
  readonly enqueue?: EnqueueMiddleware | undefined;
}

/** What is carried to a job, by the propagators' names. */
export type Carriers = Readonly<Record<string, string>>;

/** In bytes. A trace takes 200, and the most baggage that may be sent along with it 8 KiB. */
const MAX_CARRIERS = 16 * 1024;

/** For messages and pages. */
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

/** @param names those of the others */
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
  throw new PropagatorCaptureError(names, `takes ${size} bytes of the ${MAX_CARRIERS} that there are`);
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

/** Reads what `capture` wrote; nothing for anything else. */
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

/** A run of a job that propagators stand around. */
export interface Restoring {
  readonly propagators: readonly Propagator[];
  readonly carriers: Carriers;
  readonly job: Job;
  /** A propagator has failed, and the job has not. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds that a propagator may take for itself, before the job and after it; default 5000. */
  readonly patience?: number | undefined;
}

const PATIENCE = 5_000;

/** Calls `run` within all propagators, the first outermost. Settles as `run` does. */
export async function restore(restoring: Restoring, run: () => Promise<void>): Promise<void> {
  const all = restoring.propagators.reduceRight<() => Promise<void>>(
    (inner, propagator) => () => restoreOne(propagator, restoring, inner),
    run,
  );
  await all();
}

async function restoreOne(
  propagator: Propagator,
  { carriers, job, onError, patience = PATIENCE }: Restoring,
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

/** How a propagator's own doing ends: nothing, or what it threw. Never rejects. */
async function endOf(act: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return { error: readable(error) };
  }
}

/** Whether a promise settles in so many milliseconds. */
async function isWithin(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const isInTime = await Promise.race([promise.then(() => true), over]);
  clearTimeout(timer);
  return isInTime;
}

/** Something that is run once, however often it is asked for. */
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
      this.#running.catch(() => undefined); // It is awaited, perhaps long after it has failed.
      this.#onBegun();
    }
    return this.#running;
  };
}
