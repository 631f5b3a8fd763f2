import type {
  Failure,
  Job,
  Logger,
  ReapedPool,
  Recovery,
  SettledJob,
  Stall,
  WorkerPool,
  WorkerPoolEvents,
} from '@nestcraft/engine';
import { errorLine, errorStack, noteClass } from '@nestcraft/engine/internal';
import { filter, map, share, type Observable } from 'rxjs';
import { OWN_COPY } from '../base/other-copies.js';
import { SafeObservable } from './safe-observable.js';

/** Reports that a worker has started a job. */
export interface JobStarted {
  readonly job: Job;
}

/** Reports that a job's run has ended and that its outcome is in Redis. */
export interface JobEnded {
  readonly job: Job;
  /** Duration of the run in milliseconds; 0 for a job that was cancelled before it ran. */
  readonly duration: number;
}

/** Reports that a job's run has failed. */
export interface JobFailed extends JobEnded {
  /** The error that the handler threw. */
  readonly error: unknown;
  /** The failure as recorded: the number of failures so far, and the reason. */
  readonly failure: Failure;
}

/** Reports that a job's run has ended and that the job will run again. */
export interface JobDelayed {
  /** Milliseconds until then, a whole number of seconds. */
  readonly delay: number;
}

/** The events of a job in this process, and the values that listeners receive. */
export interface JobEvents {
  started: JobStarted;
  done: JobEnded;
  /** Emitted for each failed run, whatever the job's fate; `retried`, `dead` or `dropped` follows. */
  failed: JobFailed;
  /** The job has failed and will run again after its backoff. */
  retried: JobFailed & JobDelayed;
  /** The job has failed for the last time and is kept among the dead jobs. */
  dead: JobFailed;
  /** The job has failed for the last time and is not kept (`skipDead`, `DropJobError`). */
  dropped: JobFailed;
  /** The job's handler has postponed it. */
  snoozed: JobEnded & JobDelayed;
  /** The pool stopped before the job had finished. The job is back at the head of its queue. */
  putBack: JobEnded;
  cancelled: JobEnded;
  /** Another pool took the job in the meantime. Its outcome here has no effect. */
  lost: JobEnded;
}

export type JobEventName = keyof JobEvents;

const EVENTS: Readonly<Record<JobEventName, true>> = {
  ...{ started: true, done: true, failed: true, retried: true, dead: true, dropped: true },
  ...{ snoozed: true, putBack: true, cancelled: true, lost: true },
};

/** The event for each fate; for a failed run, `failed` is emitted first. */
const EVENT_OF: Readonly<Record<SettledJob['fate']['kind'], JobEventName>> = {
  ...{ done: 'done', retry: 'retried', dead: 'dead', dropped: 'dropped', snoozed: 'snoozed' },
  ...{ putBack: 'putBack', cancelled: 'cancelled' },
};

/** The names of all job events, for validation. */
export const JOB_EVENT_NAMES = Object.keys(EVENTS) as readonly JobEventName[];

/**
 * The events of this process's worker pool and of the jobs that it runs. Injectable; `@OnJobEvent` on a method is the
 * shorthand. An event without listeners costs nothing. Errors and rejections of a listener are logged and affect
 * neither the job nor other listeners.
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
  /** Emitted for each failed run, whatever the job's fate; `retried`, `dead` or `dropped` follows. */
  readonly failed: Observable<JobFailed>;
  readonly retried: Observable<JobFailed & JobDelayed>;
  readonly dead: Observable<JobFailed>;
  readonly dropped: Observable<JobFailed>;
  readonly snoozed: Observable<JobEnded & JobDelayed>;
  readonly putBack: Observable<JobEnded>;
  readonly cancelled: Observable<JobEnded>;
  readonly lost: Observable<JobEnded>;
  /** The pool fetches jobs: Redis is connected and the pool is registered. Emitted again after each outage. */
  readonly ready: Observable<undefined>;
  /** Redis is unreachable; the value is the reason, if known. No jobs are fetched until `ready`. */
  readonly notReady: Observable<Error | undefined>;
  /** Another pool has died, and this pool has taken over its jobs. */
  readonly reaped: Observable<ReapedPool>;
  /** Work stalls, as the `alerts` of the module watch it. One process of the fleet tells. */
  readonly stalled: Observable<Stall>;
  /** What stalled goes on. */
  readonly recovered: Observable<Recovery>;

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
    this.stalled = of('stalled');
    this.recovered = of('recovered');
  }
}

type Streams = { [Name in JobEventName]: Observable<JobEvents[Name]> };

/** The value of a pool event. */
type First<Name extends keyof WorkerPoolEvents> = WorkerPoolEvents[Name] extends [infer Value]
  ? Value
  : undefined;

/** Shares one listener on the pool, attached only while the stream has subscribers. */
function stream<Value>(
  pool: WorkerPool,
  name: keyof WorkerPoolEvents,
  logger: Logger,
): Observable<Value> {
  const onError = (error: unknown): void => {
    logger.error(
      `A listener to the pool's event "${name}" failed: ${errorLine(error)}`,
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
