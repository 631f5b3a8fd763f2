import type { Enqueuer, Job, ScheduledJob } from '@nestcraft/engine';
import type { Clock } from '@nestcraft/engine/internal';

/** A job that the application has enqueued during a test. */
export interface EnqueuedJob {
  readonly name: string;
  readonly id: string;
  /** The arguments as they were given. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly enqueuedAt: Date;
  /** The time at which the job is to run; `undefined` for immediately. */
  readonly runAt: Date | undefined;
}

/** Records, in order, the jobs that go through enqueuers and that Redis accepts. */
export class EnqueuedJobs {
  readonly #clock: Clock;
  readonly #order = new Map<string, number>();
  #jobs: EnqueuedJob[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly EnqueuedJob[] {
    return this.#jobs;
  }

  listenTo(enqueuer: Enqueuer): void {
    enqueuer.middleware(async (_jobs, next) => {
      for (const job of await next()) this.#add(job);
    });
  }

  /**
   * Returns a job's position among all jobs ever enqueued. Jobs that did not pass an enqueuer, such as firings of
   * schedules, come first.
   */
  placeOf(jobId: string): number {
    return this.#order.get(jobId) ?? -1;
  }

  clear(): void {
    this.#jobs = [];
  }

  #add(job: Job): void {
    this.#order.set(job.id, this.#order.size);
    this.#jobs.push({
      name: job.name,
      id: job.id,
      args: job.args,
      enqueuedAt: new Date(this.#clock.now()),
      // Not checked by class: another copy of the engine may have created it.
      runAt: 'runAt' in job ? (job as ScheduledJob).runAt : undefined,
    });
  }
}
