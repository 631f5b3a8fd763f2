import type { Redis } from 'ioredis';

/** Where a job can be in Redis. */
export type Place = 'waiting' | 'inProgress' | 'scheduled' | 'retry' | 'dead';

/** A job that Redis holds. */
export interface PresentJob {
  /** Its argument `ref`, or its id if it has none; its text if it is no job. */
  readonly ref: string;
  readonly id: string;
  readonly name: string;
  readonly place: Place;
  /** The bytes of the entry, as text. */
  readonly raw: string;
}

/** What Redis says of the running jobs of a name. */
export interface LockState {
  readonly name: string;
  /** The counter that limits look at. */
  readonly lock: number;
  /** The pools' shares of it, added up. */
  readonly shares: number;
  /** The lengths of the pools' lists of jobs in progress, added up. */
  readonly inProgress: number;
}

/** Everything that the invariants need to know of Redis. */
export interface RedisState {
  readonly jobs: readonly PresentJob[];
  readonly locks: readonly LockState[];
  /** The number of keys of the namespace. */
  readonly keys: number;
  /** How many of them do not expire. */
  readonly lastingKeys: number;
  /** The number of connections to the server. */
  readonly clients: number;
}

const SETS = ['scheduled', 'retry', 'dead'] as const;
const IN_PROGRESS = /^(.*):[^:]+:inprogress$/;

/** Reads the state of a namespace. `redis` is a plain connection to the server that holds it. */
export async function readState(redis: Redis, namespace: string): Promise<RedisState> {
  const keys = await redis.keys(`${escaped(namespace)}:*`);
  const prefix = `${namespace}:jobs:`;
  const lists = await listsOf(
    redis,
    keys.filter((key) => key.startsWith(prefix)),
  );
  const sets = await Promise.all(
    SETS.map(async (place) => ({
      place,
      entries: await redis.zrange(`${namespace}:${place}`, '0', '-1'),
    })),
  );
  const jobs = [...lists, ...sets].flatMap(({ place, entries }) =>
    entries.map((raw) => presentJob(place, raw)),
  );
  const names = await redis.smembers(`${namespace}:known_jobs`);
  const ages = await Promise.all(keys.map((key) => redis.ttl(key)));
  return {
    jobs,
    locks: await Promise.all(names.map((name) => lockState(redis, keys, prefix, name))),
    keys: keys.length,
    lastingKeys: ages.filter((age) => age === -1).length,
    clients: String(await redis.client('LIST'))
      .trim()
      .split('\n').length,
  };
}

interface Entries {
  readonly place: Place;
  readonly entries: readonly string[];
}

async function listsOf(redis: Redis, keys: readonly string[]): Promise<readonly Entries[]> {
  const types = await Promise.all(keys.map((key) => redis.type(key)));
  const lists = keys.filter((_, index) => types[index] === 'list');
  return Promise.all(
    lists.map(async (key) => ({
      place: IN_PROGRESS.test(key) ? ('inProgress' as const) : ('waiting' as const),
      entries: await redis.lrange(key, 0, -1),
    })),
  );
}

async function lockState(
  redis: Redis,
  keys: readonly string[],
  prefix: string,
  name: string,
): Promise<LockState> {
  const queue = `${prefix}${name}`;
  const own = keys.filter((key) => IN_PROGRESS.exec(key)?.[1] === queue);
  const lengths = await Promise.all(own.map((key) => redis.llen(key)));
  const shares = await redis.hvals(`${queue}:lock_info`);
  return {
    name,
    lock: Number((await redis.get(`${queue}:lock`)) ?? 0),
    shares: sum(shares.map(Number)),
    inProgress: sum(lengths),
  };
}

function presentJob(place: Place, raw: string): PresentJob {
  try {
    const { id, name, args } = JSON.parse(raw) as {
      id: string;
      name: string;
      args?: { ref?: string } | null;
    };
    return { ref: args?.ref ?? id, id, name, place, raw };
  } catch {
    return { ref: raw, id: '', name: '', place, raw };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** A namespace as a part of a pattern. */
function escaped(namespace: string): string {
  return namespace.replace(/[*?[\]\\]/g, '\\$&');
}
