const KEPT =
  'A finished job leaves nothing behind; with "skipDead", neither does a job that has failed for the last time.';
const SCHEDULES =
  'Declare schedules with @PeriodicJob(spec, { timezone }) beside @JobHandler, or with pool.periodicallyEnqueue().';
const UNIQUE =
  'Ids are generated here. "unique" keeps a job from waiting twice: { unique: true }, or { unique: { key } }.';
const PAYLOAD = 'The payload of a job is called "args" here.';
const OPTIONS =
  'Jobs are configured once, at their handler; "in" and "at" of each job set when it runs.';
const DEATHS =
  'The number of process deaths after which a job is dead is "maxDeaths" of WorkModule here.';
const REDIS = 'The address of Redis belongs in "redis": a URL, or options of ioredis.';

const ASYNC = 'Options that are computed when the application starts belong in forRootAsync().';

/** Maps option names of other queues, mainly Bull and BullMQ, to advice about their equivalents here. */
const FOREIGN: Readonly<Record<string, string>> = {
  attempts: 'The total number of runs of a job is "maxFails" of @JobHandler or pool.job() here.',
  retries: 'The total number of runs of a job is "maxFails" of @JobHandler or pool.job() here.',
  delay: 'It is "in" here: { in: "5m" }, or milliseconds. A time is { at: date }.',
  limiter:
    'The number of jobs of a name that run at the same time, across all processes, is "maxConcurrency" of @JobHandler here; rate limits do not exist.',
  ...{ removeOnComplete: KEPT, removeOnFail: KEPT, keepJobs: KEPT },
  ...{ repeat: SCHEDULES, cron: SCHEDULES, every: SCHEDULES, pattern: SCHEDULES },
  ...{ jobId: UNIQUE, deduplication: UNIQUE, debounce: UNIQUE },
  ...{ data: PAYLOAD, payload: PAYLOAD },
  opts: 'They are called "options" here: { in, at, unique }.',
  ...{ defaultJobOptions: OPTIONS, settings: OPTIONS, priority: OPTIONS, backoff: OPTIONS },
  ...{ maxStalledCount: DEATHS, stalledInterval: DEATHS, lockDuration: DEATHS },
  ...{ connection: REDIS, host: REDIS, port: REDIS, url: REDIS, db: REDIS },
  prefix: 'The prefix of all keys is "namespace" here.',
  backoffStrategy:
    'It is "backoff" of @JobHandler here: a function of the job that gives a duration, such as "30s".',
  lifo: 'Jobs of a name keep their order; "priority" of @JobHandler weighs names against each other.',
  tz: 'It is "timezone" here.',
  limit: 'A schedule fires for as long as a pool registers it.',
  ...{ useFactory: ASYNC, useClass: ASYNC, useExisting: ASYNC },
  timeoutMs: 'It is "timeout" here: milliseconds, or a text such as "30s".',
};

/** Returns advice about an option of another queue; `undefined` for an unknown name. */
export function foreignOption(name: string): string | undefined {
  return Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined;
}
