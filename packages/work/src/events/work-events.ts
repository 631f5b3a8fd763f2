import type {
  Failure,
  Job,
  Logger,
  ReapedPool,
  SettledJob,
  WorkerPool,
  WorkerPoolEvents,
} from '@nestcraft/engine';
import { errorLine, errorStack, noteClass } from '@nestcraft/engine/internal';
import { filter, map, share, type Observable } from 'rxjs';
import { OWN_COPY } from '../base/other-copies.js';
import { SafeObservable } from './safe-observable.js';

/** A worker has begun a job. */
export interface JobStarted {
  readonly job: Job;
}

/** A job's run has ended, and Redis has what became of it. */
export interface JobEnded {
  readonly job: Job;
  /** Milliseconds that the run took; 0 for a job that was cancelled before it was run. */
  readonly duration: number;
}

/** A job's run has failed. */
export interface JobFailed extends JobEnded {
  /** What the handler threw. */
  readonly error: unknown;
  /** The failure as it is kept: how many there are now, and why. */
  readonly failure: Failure;
}

/** A job's run has ended, and it runs again. */
export interface JobDelayed {
  /** Milliseconds until then, a whole number of seconds. */
  readonly delay: number;
}

/** What can happen to a job in this process, and what listeners are told of it. */
export interface JobEvents {
  started: JobStarted;
  done: JobEnded;
  /** Each run that fails, whatever becomes of the job: `retried`, `dead` or `dropped` follows. */
  failed: JobFailed;
  /** It has failed, and runs again after its backoff. */
  retried: JobFailed & JobDelayed;
  /** It has failed for the last time, and is kept among the dead jobs. */
  dead: JobFailed;
  /** It has failed for the last time, and is not kept (`skipDead`, `DropJobError`). */
  dropped: JobFailed;
  /** Its handler wants it to run again later. */
  snoozed: JobEnded & JobDelayed;
  /** The pool has stopped before it had finished: it runs again, next. */
  putBack: JobEnded;
  cancelled: JobEnded;
  /** Another pool had taken it meanwhile: what became of it here changes nothing. */
  lost: JobEnded;
}

export type JobEventName = keyof JobEvents;

const EVENTS: Readonly<Record<JobEventName, true>> = {
  ...{ started: true, done: true, failed: true, retried: true, dead: true, dropped: true },
  ...{ snoozed: true, putBack: true, cancelled: true, lost: true },
};

/** The event that follows each fate; `failed` comes before it where the run has failed. */
const EVENT_OF: Readonly<Record<SettledJob['fate']['kind'], JobEventName>> = {
  ...{ done: 'done', retry: 'retried', dead: 'dead', dropped: 'dropped', snoozed: 'snoozed' },
  ...{ putBack: 'putBack', cancelled: 'cancelled' },
};

/** All of them, for who checks a name. */
export const JOB_EVENT_NAMES = Object.keys(EVENTS) as readonly JobEventName[];

/**
 * What happens to the jobs that this process runs, and to its worker pool. Injectable; `@OnJobEvent` on a method is the
 * short way. Nothing is done for events that nobody listens to. A listener that throws or rejects is logged and harms
 * nobody, neither the job nor other listeners.
 *
 * @example
 * ```ts
 * constructor(events: WorkEvents) {
 *   events.dead.subscribe(({ job, failure }) => alert(`${job.name} ${job.id} is dead: ${failure.error}`));
 * }
 * ```
 */
export class WorkEvents implements Readonly<Streams> {
  static {
    noteClass('WorkEvents', this, OWN_COPY);
  }

  readonly started: Observable<JobStarted>;
  readonly done: Observable<JobEnded>;
  /** Each run that fails, whatever becomes of the job: `retried`, `dead` or `dropped` follows. */
  readonly failed: Observable<JobFailed>;
  readonly retried: Observable<JobFailed & JobDelayed>;
  readonly dead: Observable<JobFailed>;
  readonly dropped: Observable<JobFailed>;
  readonly snoozed: Observable<JobEnded & JobDelayed>;
  readonly putBack: Observable<JobEnded>;
  readonly cancelled: Observable<JobEnded>;
  readonly lost: Observable<JobEnded>;
  /** The pool fetches jobs: Redis is connected and the pool registered. Again after each outage. */
  readonly ready: Observable<undefined>;
  /** Redis is out of reach, for this reason if it is known: no jobs are fetched until `ready`. */
  readonly notReady: Observable<Error | undefined>;
  /** Another pool has died, and this one has taken its jobs from it. */
  readonly reaped: Observable<ReapedPool>;

  constructor(pool: WorkerPool, logger: Logger) {
    const of = <Name extends keyof WorkerPoolEvents>(name: Name): Observable<First<Name>> =>
      stream<First<Name>>(pool, name, logger);
    const settled = of('settled');
    const ended = (event: JobEventName): Observable<SettledJob> =>
      settled.pipe(filter(({ fate }) => EVENT_OF[fate.kind] === event));
    this.started = of('started').pipe(map((job) => ({ job })));
    this.done = ended('done').pipe(map(endOf));
    this.failed = settled.pipe(map(failureOf), filter(isThere));
    this.retried = ended('retried').pipe(map(retryOf), filter(isThere));
    this.dead = ended('dead').pipe(map(failureOf), filter(isThere));
    this.dropped = ended('dropped').pipe(map(failureOf), filter(isThere));
    this.snoozed = ended('snoozed').pipe(map(snoozeOf), filter(isThere));
    this.putBack = ended('putBack').pipe(map(endOf));
    this.cancelled = ended('cancelled').pipe(map(endOf));
    this.lost = of('ownershipLost').pipe(map(endOf));
    this.ready = of('ready');
    this.notReady = of('notReady');
    this.reaped = of('reaped');
  }
}

type Streams = { [Name in JobEventName]: Observable<JobEvents[Name]> };

/** What an event of the pool brings. */
type First<Name extends keyof WorkerPoolEvents> = WorkerPoolEvents[Name] extends [infer Value]
  ? Value
  : undefined;

/** One listener at the pool, while there is any here. */
function stream<Value>(
  pool: WorkerPool,
  name: keyof WorkerPoolEvents,
  logger: Logger,
): Observable<Value> {
  const onError = (error: unknown): void => {
    logger.error(
      `A listener to the pool's "${name}" failed: ${errorLine(error)}`,
      errorStack(error),
    );
  };
  return new SafeObservable<Value>(onError, (subscriber) => {
    const listener = (value: unknown): void => subscriber.next(value as Value);
    pool.on(name, listener);
    return () => void pool.off(name, listener);
  }).pipe(share());
}

function endOf({ job, duration }: SettledJob): JobEnded {
  return { job, duration };
}

function failureOf(settled: SettledJob): JobFailed | undefined {
  const { fate, error } = settled;
  return 'failure' in fate ? { ...endOf(settled), error, failure: fate.failure } : undefined;
}

function retryOf(settled: SettledJob): (JobFailed & JobDelayed) | undefined {
  const failed = failureOf(settled);
  const { fate } = settled;
  return failed && 'delay' in fate ? { ...failed, delay: fate.delay } : undefined;
}

function snoozeOf(settled: SettledJob): (JobEnded & JobDelayed) | undefined {
  const { fate } = settled;
  return 'delay' in fate ? { ...endOf(settled), delay: fate.delay } : undefined;
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
