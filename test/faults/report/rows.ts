/** A fault that the suite injects. */
export interface FaultRow {
  readonly id: string;
  readonly fault: string;
  readonly injected: string;
  /** What must hold in spite of it. */
  readonly holds: string;
  /** What was measured of gocraft/work and of BullMQ 6.7 with its defaults; `undefined` if nothing was. */
  readonly gocraft?: string | undefined;
  readonly bullmq?: string | undefined;
  /** The specs that inject it, from the root of the repository. Those in test/faults name the row in their titles. */
  readonly specs: readonly string[];
}

const DEATHS = 'test/faults/deaths.spec.ts';
const STOPS = 'test/faults/stops.spec.ts';
const OUTAGE = 'test/faults/outage.spec.ts';
const REFUSALS = 'test/faults/refusals.spec.ts';
const POISON = 'test/faults/poison.spec.ts';
const CLOCKS = 'test/faults/clocks.spec.ts';
const FLEET = 'test/faults/fleet.spec.ts';
const ENGINE = 'packages/engine/src';

/** The rows of the fault table. */
export const ROWS: readonly FaultRow[] = [
  {
    id: 'F1',
    fault: 'a worker is killed in a job',
    injected: 'kill -9 beside a process that lives',
    holds: 'its jobs run again, and limits stay exact',
    gocraft: 'nothing after 120 s; a job type with a limit stays blocked',
    bullmq: 'runs again after 59 s',
    specs: [DEATHS],
  },
  {
    id: 'F2',
    fault: 'all workers are killed',
    injected: 'kill -9, then a new process',
    holds: 'their jobs run in the new process',
    gocraft: '11 s after its start',
    specs: [DEATHS],
  },
  {
    id: 'F3',
    fault: 'a worker is suspended',
    injected: 'SIGSTOP until its jobs are taken, then SIGCONT',
    holds: 'each job runs once more; late outcomes change nothing',
    gocraft: 'the lock stays at -2, and the limit is exceeded',
    bullmq: 'runs twice, succeeds, and is recorded as failed',
    specs: [DEATHS],
  },
  {
    id: 'F4',
    fault: 'a handler blocks the event loop',
    injected: 'the main thread waits for 14 s',
    holds: 'the process keeps its job, which runs once',
    bullmq: 'runs twice, and is recorded as failed',
    specs: [DEATHS],
  },
  {
    id: 'F5',
    fault: 'a graceful stop',
    injected: 'SIGTERM at random times, under load',
    holds: 'nothing is lost or runs twice; jobs that do not end are put back in time',
    specs: [STOPS],
  },
  {
    id: 'F6',
    fault: 'a stop is cut short',
    injected: 'SIGTERM, then kill -9',
    holds: 'the unfinished jobs run again',
    specs: [DEATHS],
  },
  {
    id: 'F7',
    fault: 'the heartbeat of a dead process is gone',
    injected: 'kill -9, then DEL of the heartbeat',
    holds: 'its jobs are found through the locks',
    gocraft: 'its jobs are stranded for ever',
    specs: [DEATHS],
  },
  {
    id: 'F8',
    fault: 'a process dies at a bad moment',
    injected: 'kill -9 before the first fetch, and between a fetch and the run',
    holds: 'nothing is left behind; the job runs once',
    specs: [DEATHS],
  },
  {
    id: 'F9',
    fault: 'Redis is killed',
    injected: 'kill -9 and restart, with an append-only file',
    holds: 'no job is lost; enqueues in between are refused',
    bullmq: 'none of 3,000 lost, 16 run twice, drained after 48 s',
    specs: [OUTAGE],
  },
  {
    id: 'F10',
    fault: 'Redis is down, or refuses, at start',
    injected: 'workers start first',
    holds: 'the process stays up, says so once, and starts by itself',
    specs: [OUTAGE, REFUSALS],
  },
  {
    id: 'F11',
    fault: 'Redis forgets its scripts',
    injected: 'SCRIPT FLUSH again and again',
    holds: 'every operation succeeds',
    specs: [OUTAGE],
  },
  {
    id: 'F12',
    fault: 'a reply is lost after execution',
    injected: 'the connection is cut before the reply',
    holds: 'settles and moves happen once; an enqueue tells that its outcome is unknown',
    gocraft: 'the lock is off by one for each',
    specs: [OUTAGE],
  },
  {
    id: 'F13',
    fault: 'the reply to a fetch is lost',
    injected: 'the connection is cut before the reply',
    holds: 'the pool finds the job, and runs it',
    gocraft: 'the job is stranded until the process ends',
    specs: [OUTAGE],
  },
  {
    id: 'F14',
    fault: 'connections are reset',
    injected: 'again and again, and in the middle of a reply',
    holds: 'every job runs; no connection is left behind',
    specs: [OUTAGE],
  },
  {
    id: 'F15',
    fault: 'the network swallows everything',
    injected: 'both directions, or one, without closing connections',
    holds: 'commands time out, and the pool recovers',
    specs: [OUTAGE],
  },
  {
    id: 'F16',
    fault: 'Redis stands still',
    injected: 'CLIENT PAUSE for 12 s, then a script without end',
    holds: 'no process is taken for dead',
    specs: [DEATHS],
  },
  {
    id: 'F17',
    fault: 'Redis is out of memory',
    injected: 'maxmemory is reached, with noeviction',
    holds: 'running jobs are settled, enqueues refused, and no process is taken for dead',
    gocraft: 'completions fail, and jobs stay in progress',
    specs: [OUTAGE, DEATHS, REFUSALS],
  },
  {
    id: 'F18',
    fault: 'Redis may evict keys',
    injected: 'maxmemory-policy allkeys-lru',
    holds: 'the pool warns at start',
    specs: [REFUSALS],
  },
  {
    id: 'F19',
    fault: 'the master is demoted',
    injected: 'REPLICAOF, then REPLICAOF NO ONE',
    holds: 'no flood of lines or connections; the pool works on',
    specs: [OUTAGE],
  },
  {
    id: 'F20',
    fault: 'Sentinel changes the master',
    injected:
      'kill -9 or SIGSTOP of the master, and a planned failover; all Sentinels down at start',
    holds: 'every connection moves; no pool is silent, and no lock stays',
    specs: ['test/faults/sentinel.spec.ts'],
  },
  {
    id: 'F21',
    fault: 'a Cluster moves the slot',
    injected: 'key by key, to an old node and to a new one; kill -9 of its owner',
    holds: 'every call goes on; a move loses nothing',
    gocraft: 'every script fails (CROSSSLOT)',
    specs: ['test/faults/cluster.spec.ts'],
  },
  {
    id: 'F22',
    fault: 'clocks of hosts are wrong',
    injected: '15 s and an hour, both ways',
    holds: 'no process is taken for dead, no job is early, no firing runs twice',
    gocraft: 'a living pool is reaped at 15 s; 2 jobs start 4 times',
    specs: [CLOCKS],
  },
  {
    id: 'F23',
    fault: 'the clock of Redis jumps back',
    injected: 'a clock that tests set',
    holds: 'schedules fire on, each firing once',
    specs: [`${ENGINE}/maintenance/periodic-enqueuer.spec.ts`],
  },
  {
    id: 'F24',
    fault: 'entries that are no jobs',
    injected: 'invalid JSON, wrong types and bytes, in queues and sets',
    holds: 'others go on; the bytes are kept among the dead jobs',
    gocraft: 'blocks all scheduled jobs, or loses the entry',
    specs: [POISON, `${ENGINE}/maintenance/requeuer.spec.ts`],
  },
  {
    id: 'F25',
    fault: 'a job ends its process, or never ends',
    injected: 'SIGKILL, exit, out of memory, an unhandled rejection',
    holds: 'dead after `maxDeaths` starts; others go on',
    gocraft: 'loops for ever',
    bullmq: 'failed after 2 starts',
    specs: [POISON],
  },
  {
    id: 'F26',
    fault: 'giant arguments',
    injected: '1, 10 and 64 MiB',
    holds: 'refused with a typed error, without a long halt',
    gocraft: 'no limit',
    specs: [POISON],
  },
  {
    id: 'F27',
    fault: 'errors that cannot be written',
    injected: '20,000 causes, cycles, getters that throw, revoked proxies',
    holds: 'the job fails with a placeholder, and is kept',
    gocraft: 'the job is dropped',
    specs: [POISON],
  },
  {
    id: 'F28',
    fault: 'giant errors',
    injected: 'a message of 50 MB, a stack of a million lines',
    holds: 'both are cut',
    gocraft: 'no limit',
    specs: [POISON],
  },
  {
    id: 'F29',
    fault: 'a long backlog',
    injected: 'a million waiting jobs, 200 job names',
    holds: 'fetches take as long as from short queues',
    specs: [FLEET],
  },
  {
    id: 'F30',
    fault: 'everybody reconnects at once',
    injected: 'Redis is killed and restarted under five processes',
    holds: 'no flood of connections',
    specs: [STOPS],
  },
  {
    id: 'F31',
    fault: 'processes of a schedule die',
    injected: 'kill -9 of one after another, with a firing each second',
    holds: 'each firing runs once, and none is missed',
    specs: [CLOCKS],
  },
  {
    id: 'F32',
    fault: 'Go processes share the namespace',
    injected: 'unfenced completions, reapers, and a real gocraft/work',
    holds: 'locks are repaired, and nothing is lost',
    specs: [`${ENGINE}/pool/history.spec.ts`, 'test/interop/gocraft.spec.ts'],
  },
  {
    id: 'F34',
    fault: 'a rolling deploy',
    injected: 'new processes start, old ones get SIGTERM, under load',
    holds: 'nothing is lost, and nothing runs twice',
    specs: [STOPS],
  },
  {
    id: 'F35',
    fault: "the application's own hooks throw",
    injected: 'middleware, context, backoff, listeners, logger, propagators',
    holds: 'the process stays, and outcomes are as documented',
    gocraft: 'a panic in a backoff function ends the process',
    specs: [FLEET],
  },
];
