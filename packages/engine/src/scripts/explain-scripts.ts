import { toRaw, type Raw } from '../redis/raw.js';
import type { ScriptCall } from '../redis/script.js';
import { loadScript } from './load-script.js';
import { ScriptGroup } from './script-group.js';

const explainScript = loadScript('explain', 'read-any', 'read-some', 'claims');

/** What to look for. */
export interface LookFor {
  readonly kind: 'id' | 'claim' | 'name';
  /** The id, or the key of the claim; empty for a name. */
  readonly wanted: string;
  /** The forms in which an entry may contain that. */
  readonly forms: readonly string[];
  /** The names whose queues are searched; empty: all known names. A name or a claim has exactly one. */
  readonly jobNames: readonly string[];
  /** The age of its last beat at which a pool is dead, in seconds. */
  readonly deadAfter: number;
}

/** A found job. */
export interface Place {
  readonly in: 'queue' | 'scheduled' | 'retry' | 'dead' | 'progress' | 'claim';
  readonly raw: Raw;
  /** The place in the queue, from 1, or the score in a sorted set. */
  readonly at: number;
  /** The pool that has it in progress. */
  readonly poolId: string | undefined;
}

/** What is known about a job by its id. Times are in seconds since the epoch. */
export interface JobFacts {
  /** Empty if there is no id. */
  readonly id: string;
  readonly isCancelled: boolean;
  /** The number of processes that died while they ran it. */
  readonly deaths: number;
  /** When its run began, if a worker has noted that. */
  readonly startedAt: number | undefined;
  /** The host and the last beat of the pool that has it in progress. */
  readonly host: string | undefined;
  readonly beatAt: number | undefined;
}

/** A claim. */
export interface ClaimFacts {
  /** The id of the job that owns it, if that is known. */
  readonly owner: string | undefined;
  /** Whether the owner has started. */
  readonly isRunning: boolean;
  /** Milliseconds until it ends; `undefined` if it does not exist or never ends. */
  readonly lasts: number | undefined;
  readonly exists: boolean;
}

/** The settings and the load of a name. */
export interface NameFacts {
  readonly isKnown: boolean;
  readonly waiting: number;
  /** `'forever'`, or the milliseconds left; `undefined` if it is not paused. */
  readonly pause: number | 'forever' | undefined;
  /** 0: no limit. */
  readonly limit: number;
  readonly lock: number;
  /** Workers that are idle for certain; counted only for a queued job. */
  readonly idle: number;
  /** The waiting jobs of other names that the same workers run. */
  readonly others: number;
}

/** A job that fills a limit; without an id, a share of the lock without a job. */
export interface Holder {
  readonly poolId: string;
  readonly host: string | undefined;
  readonly jobId: string | undefined;
}

/** A pool that handles the name. Times are in seconds since the epoch. */
export interface HandlingPool {
  readonly id: string;
  readonly beatAt: number;
  readonly concurrency: number;
  readonly host: string | undefined;
  readonly isGo: boolean;
  /** When it began to stop. */
  readonly stoppingSince: number | undefined;
  /** For how many seconds Redis has not answered its fetches. */
  readonly unanswered: number | undefined;
  /** The number of its busy workers; `undefined` if they were not counted. */
  readonly busy: number | undefined;
}

/** What decides when a job starts, at one moment. */
export interface View {
  /** In milliseconds since the epoch. */
  readonly now: number;
  readonly place: Place | undefined;
  /** The job's name, if it is known. */
  readonly jobName: string | undefined;
  /** How many entries were searched, and how many there are. */
  readonly searched: { readonly entries: number; readonly total: number };
  readonly job: JobFacts;
  readonly claim: ClaimFacts;
  /** `undefined` if the name is unknown. */
  readonly name: NameFacts | undefined;
  readonly holders: readonly Holder[];
  readonly pools: readonly HandlingPool[];
  /** The counts of runs in each of the last minutes, as JSON; empty if nothing ran. */
  readonly runs: readonly string[];
}

type Flat = readonly (Buffer | number)[];
type Reply = readonly [
  ...[now: Buffer, place: Buffer[], searched: [number, number], job: Flat, claim: Flat],
  ...[name?: Flat, holders?: Buffer[][], pools?: Flat[], runs?: Buffer[]],
];

/** The script behind explanations. */
export class ExplainScripts extends ScriptGroup {
  /** Reads what decides when a job starts. Changes nothing. */
  explain({ kind, wanted, forms, jobNames, deadAfter }: LookFor): ScriptCall<View> {
    return {
      script: explainScript,
      // With a key, a Cluster node that no longer holds the namespace names the right one.
      keys: [this.keys.knownJobs],
      args: [
        ...[this.now(), this.keys.prefix, deadAfter, kind, wanted],
        ...[jobNames.length, ...jobNames, ...forms],
      ],
      decode: (reply) => viewOf(reply as Reply),
    };
  }
}

function viewOf(reply: Reply): View {
  const [now, place, [entries, total], job, claim, name, holders = [], pools = [], runs = []] =
    reply;
  return {
    now: Number(now.toString()),
    place: placeOf(place),
    jobName: textIn(place[1]),
    searched: { entries, total },
    job: jobOf(job),
    claim: claimOf(claim),
    name: name && nameOf(name),
    holders: holders.map(([poolId, host, jobId]) => ({
      ...{ poolId: String(poolId), host: textIn(host), jobId: textIn(jobId) },
    })),
    pools: pools.map(poolOf),
    runs: runs.map(String),
  };
}

function placeOf([where, , raw, at, poolId]: readonly Buffer[]): Place | undefined {
  const place = textIn(where);
  if (place === undefined || raw === undefined) return undefined;
  return {
    in: place as Place['in'],
    raw: toRaw(raw),
    at: numberOf(String(at)),
    poolId: textIn(poolId),
  };
}

function jobOf([id, mark, deaths, startedAt, host, beatAt]: Flat): JobFacts {
  return {
    id: textIn(id) ?? '',
    isCancelled: textIn(mark) !== undefined,
    deaths: Number(deaths),
    startedAt: numberIn(startedAt),
    host: textIn(host),
    beatAt: numberIn(beatAt),
  };
}

function claimOf([owner, isRunning, lasts]: Flat): ClaimFacts {
  const left = Number(lasts);
  return {
    owner: textIn(owner),
    isRunning: isRunning === 1,
    lasts: left >= 0 ? left : undefined,
    exists: left !== -2,
  };
}

function nameOf([known, waiting, pause, limit, lock, idle, others]: Flat): NameFacts {
  const left = Number(pause);
  return {
    isKnown: known === 1,
    waiting: Number(waiting),
    pause: left === -2 ? undefined : left === -1 ? 'forever' : left,
    limit: Number(limit),
    lock: Number(lock),
    idle: Number(idle),
    others: Number(others),
  };
}

function poolOf(flat: Flat): HandlingPool {
  const [id, beatAt, concurrency, host, engine, stopping, unanswered, busy] = flat;
  return {
    id: textIn(id) ?? '',
    beatAt: numberIn(beatAt) ?? 0,
    concurrency: numberIn(concurrency) ?? 0,
    host: textIn(host),
    isGo: textIn(engine) !== 'nestcraft',
    stoppingSince: numberIn(stopping),
    unanswered: numberIn(unanswered),
    busy: busy === -1 ? undefined : Number(busy),
  };
}

/** Redis writes infinite scores as `inf`. */
function numberOf(score: string): number {
  return Number(score.replace(/^(-?)inf$/, '$1Infinity'));
}

/** Returns `undefined` for an empty text. */
function textIn(value: Buffer | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value) || undefined;
}

function numberIn(value: Buffer | number | undefined): number | undefined {
  const text = textIn(value);
  return text === undefined ? undefined : Number(text);
}
