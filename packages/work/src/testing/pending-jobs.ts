import type { Client, Job, JobSet } from '@nestcraft/engine';

/** A job that has not run yet, or is to run again. */
export interface PendingJob {
  readonly state: 'waiting' | 'scheduled' | 'retry';
  readonly job: Job;
  /** When it will run, to the second; of one that waits, `undefined`. */
  readonly runAt: Date | undefined;
}

/** Those that wait, the next of each name first; then those that wait for their time. */
export async function pendingJobs(client: Client): Promise<PendingJob[]> {
  return [
    ...(await waiting(client)),
    ...(await timed(client.scheduled, 'scheduled')),
    ...(await timed(client.retries, 'retry')),
  ];
}

/** The one that died last first. */
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
