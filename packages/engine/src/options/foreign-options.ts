const KEPT =
  'A finished job leaves nothing behind; with "skipDead", neither does a job that has failed for the last time.';
const SCHEDULES =
  'Schedules are @PeriodicJob(spec, { timezone }) beside @JobHandler, or pool.periodicallyEnqueue().';
const UNIQUE =
  'Ids are made here. "unique" keeps a job from waiting twice: { unique: true }, or { unique: { key } }.';
const PAYLOAD = 'What a job is about is called "args" here.';
const OPTIONS =
  'How jobs run is said once, at their handler; when they run, by "in" and "at" of each job.';
const DEATHS = 'How often a process may die under a job is "maxDeaths" of WorkModule here.';
const REDIS = 'Where Redis is stands in "redis": a URL, or options of ioredis.';

const ASYNC = 'Options that are made when the application starts belong in forRootAsync().';

/** The names that options of other queues, Bull and BullMQ above all, have here. */
const FOREIGN: Readonly<Record<string, string>> = {
  attempts: 'How often a job may run in all is "maxFails" of @JobHandler or pool.job() here.',
  retries: 'How often a job may run in all is "maxFails" of @JobHandler or pool.job() here.',
  delay: 'It is "in" here: { in: "5m" }, or milliseconds. A time is { at: date }.',
  limiter:
    'How many jobs of a name run at once, in all processes, is "maxConcurrency" of @JobHandler here; there is no limit by time.',
  ...{ removeOnComplete: KEPT, removeOnFail: KEPT, keepJobs: KEPT },
  ...{ repeat: SCHEDULES, cron: SCHEDULES, every: SCHEDULES, pattern: SCHEDULES },
  ...{ jobId: UNIQUE, deduplication: UNIQUE, debounce: UNIQUE },
  ...{ data: PAYLOAD, payload: PAYLOAD },
  opts: 'They are called "options" here: { in, at, unique }.',
  ...{ defaultJobOptions: OPTIONS, settings: OPTIONS, priority: OPTIONS, backoff: OPTIONS },
  ...{ maxStalledCount: DEATHS, stalledInterval: DEATHS, lockDuration: DEATHS },
  ...{ connection: REDIS, host: REDIS, port: REDIS, url: REDIS, db: REDIS },
  prefix: 'What all keys begin with is "namespace" here.',
  backoffStrategy:
    'It is "backoff" of @JobHandler here: a function of the job that gives a duration, such as "30s".',
  lifo: 'Jobs of a name keep their order; "priority" of @JobHandler weighs names against each other.',
  tz: 'It is "timezone" here.',
  limit: 'A schedule fires for as long as a pool registers it.',
  ...{ useFactory: ASYNC, useClass: ASYNC, useExisting: ASYNC },
  timeoutMs: 'It is "timeout" here: milliseconds, or a text such as "30s".',
};

/** Advice about an option of another queue; `undefined` for an unknown name. */
export function foreignOption(name: string): string | undefined {
  return Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined;
}
