import type { Client, Job, JobSet } from '@nestcraft/engine';

/** A job that has not run yet or will run again. */
export interface PendingJob {
  readonly state: 'waiting' | 'scheduled' | 'retry';
  readonly job: Job;
  /** The time at which it will run, to the second; `undefined` for a waiting job. */
  readonly runAt: Date | undefined;
}

/** Returns the waiting jobs, the next of each name first, followed by scheduled jobs and retries. */
export async function pendingJobs(client: Client): Promise<PendingJob[]> {
  return [
    ...(await waiting(client)),
    ...(await timed(client.scheduled, 'scheduled')),
    ...(await timed(client.retries, 'retry')),
  ];
}

/** Returns the dead jobs, most recent first. */
export async function deadJobs(client: Client): Promise<Job[]> {
  return (await all(client.dead.scan())).flatMap(({ job }) => job ?? []);
}

async function waiting(client: Client): Promise<PendingJob[]> {
  const pending: PendingJob[] = [];
  for (const { jobName } of await client.queues.list()) {
    for (const { job } of await all(client.queue(jobName).scan())) {
      if (job) pending.push({ state: 'waiting', job, runAt: undefined });
    }
  }
  return pending;
}

async function timed(set: JobSet, state: 'scheduled' | 'retry'): Promise<PendingJob[]> {
  return (await all(set.scan())).flatMap(({ job, at }) => (job ? [{ state, job, runAt: at }] : []));
}

async function all<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}
