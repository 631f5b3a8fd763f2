import type { Enqueuer, Job, ScheduledJob } from '@nestcraft/engine';
import type { Clock } from '@nestcraft/engine/internal';

/** A job that the application has enqueued during a test. */
export interface EnqueuedJob {
  readonly name: string;
  readonly id: string;
  /** As they were given. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly enqueuedAt: Date;
  /** When it is to run; `undefined` for at once. */
  readonly runAt: Date | undefined;
}

/** Remembers, in order, what goes through enqueuers and is taken by Redis. */
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

  /** The place of a job among all that were ever enqueued; what was not, such as a firing, comes first. */
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
      // Not by its class: another copy of the engine may have made it.
      runAt: 'runAt' in job ? (job as ScheduledJob).runAt : undefined,
    });
  }
}
