/** An ability that a workload may need. Competitors without it are shown as “–”. */
export type Ability =
  /** enqueues jobs by single calls */
  | 'enqueue'
  /** has a bulk call */
  | 'bulk'
  /** runs waiting jobs */
  | 'drain'
  /** workers are started, and stopped later */
  | 'serve'
  /** stops at once, even while jobs wait */
  | 'halt'
  /** runs failed jobs again */
  | 'retry'
  /** enqueues jobs that are due later */
  | 'schedule'
  /** can have many pools for many names within the connection limit of Redis */
  | 'pools'
  /** takes jobs with long arguments */
  | 'long'
  /** accepts a job that another program put into Redis by LPUSH */
  | 'lpush'
  /** is this project, with parts of Nest around its handlers */
  | 'nest';

export interface Competitor {
  readonly id: string;
  readonly title: string;
  readonly runtime: 'node' | 'go';
  readonly can: ReadonlySet<Ability>;
  readonly delayed?: Delayed;
}

/** The place of jobs that are not due yet. */
export interface Delayed {
  /** Sorted sets, by run time. */
  readonly sets: (namespace: string, jobNames: readonly string[]) => string[];
  /** How much a score grows in a second. */
  readonly perSecond: number;
}

const SERVES: readonly Ability[] = ['enqueue', 'drain', 'serve', 'retry', 'schedule'];

/** The others are compared with the first one. */
export const COMPETITORS: readonly Competitor[] = [
  {
    id: 'nestcraft',
    title: 'this project',
    runtime: 'node',
    can: new Set<Ability>([...SERVES, 'halt', 'bulk', 'long', 'pools', 'lpush', 'nest']),
    delayed: { sets: (namespace) => [`${namespace}:scheduled`], perSecond: 1 },
  },
  { id: 'nest', title: 'through Nest', runtime: 'node', can: new Set<Ability>(['drain', 'nest']) },
  {
    id: 'nest-current-job',
    title: '+ currentJob',
    runtime: 'node',
    can: new Set<Ability>(['nest']),
  },
  { id: 'nest-guard', title: '+ guard', runtime: 'node', can: new Set<Ability>(['nest']) },
  {
    id: 'nest-interceptor',
    title: '+ interceptor',
    runtime: 'node',
    can: new Set<Ability>(['nest']),
  },
  {
    id: 'nest-request',
    title: '+ request scope',
    runtime: 'node',
    can: new Set<Ability>(['nest']),
  },
  {
    id: 'bound',
    title: 'bound',
    runtime: 'node',
    can: new Set<Ability>(['enqueue', 'bulk', 'drain']),
  },
  {
    id: 'bullmq',
    title: 'BullMQ',
    runtime: 'node',
    can: new Set<Ability>([...SERVES, 'halt', 'bulk', 'long']),
    delayed: {
      sets: (namespace, names) => names.map((name) => `${namespace}:${name}:delayed`),
      perSecond: 4096_000,
    },
  },
  {
    id: 'bee-queue',
    title: 'bee-queue',
    runtime: 'node',
    can: new Set<Ability>([...SERVES, 'halt', 'bulk', 'long']),
    delayed: {
      sets: (namespace, names) => names.map((name) => `${namespace}:${name}:delayed`),
      perSecond: 1000,
    },
  },
  {
    id: 'groupmq',
    title: 'groupmq',
    runtime: 'node',
    can: new Set<Ability>([...SERVES, 'pools']),
    delayed: { sets: (namespace) => [`groupmq:${namespace}:delayed`], perSecond: 1000 },
  },
  {
    id: 'gocraft',
    title: 'gocraft/work (Go)',
    runtime: 'go',
    can: new Set<Ability>([...SERVES, 'halt', 'pools', 'lpush']),
    delayed: { sets: (namespace) => [`${namespace}:scheduled`], perSecond: 1 },
  },
  {
    id: 'asynq',
    title: 'asynq (Go)',
    runtime: 'go',
    can: new Set<Ability>([...SERVES, 'halt', 'pools']),
    delayed: { sets: (namespace) => [`asynq:{${namespace}}:scheduled`], perSecond: 1 },
  },
];
