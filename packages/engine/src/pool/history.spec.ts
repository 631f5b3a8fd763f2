import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Client } from '../client/client.js';
import { DeadPoolReaper } from '../maintenance/dead-pool-reaper.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { parseEntry, rewriteEntry } from '../job/job-entry.js';
import { toRaw, type Raw } from '../redis/raw.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { Scripts } from '../scripts/scripts.js';
import type { FetchedEntry } from '../scripts/fetching.js';
import type { Move, Settlement } from '../scripts/settling.js';
import type { HeldClaim } from '../job/held-claim.js';
import { Requeuer } from '../maintenance/requeuer.js';
import { argsTextOf } from '../job/job-entry.js';
import { reportInto } from '../testing/strict-report.js';
import { FakeClock } from '../testing/fake-clock.js';
import { TEST_REDIS, TestNamespace } from '../testing/test-redis.js';

const NAMES = ['a', 'b', 'limited'] as const;
const LIMIT = 2;
const POOLS = 3;
const SEED = Number(process.env.HISTORY_SEED ?? Date.now() % 2 ** 31);
const RUNS = Number(process.env.HISTORY_RUNS ?? 60);

const pool = fc.nat({ max: POOLS - 1 });
const jobName = fc.constantFrom(...NAMES);
const fateKind = fc.constantFrom('done', 'retry', 'dead', 'snoozed', 'putBack' as const);

/** What may happen, at any time, to several pools that share a namespace. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), jobName }) },
  fc.record({ kind: fc.constant('enqueue unique' as const), jobName, n: fc.nat({ max: 2 }) }),
  fc.record({ kind: fc.constant('enqueue by key' as const), jobName, n: fc.nat({ max: 2 }) }),
  fc.record({ kind: fc.constant('enqueue later' as const), jobName, n: fc.nat({ max: 30 }) }),
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      pool,
      n: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      pool,
      fate: fateKind,
      twice: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('crash' as const), pool }),
  fc.record({ kind: fc.constant('freeze' as const), pool, frozen: fc.boolean() }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reap' as const), pool }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('requeue' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      n: fc.integer({ min: 1, max: 20 }),
    }),
  },
  fc.record({ kind: fc.constant('pause' as const), jobName, paused: fc.boolean() }),
  fc.record({ kind: fc.constant('cancel' as const), n: fc.nat({ max: 100 }) }),
  fc.record({ kind: fc.constant('retry the dead' as const) }),
  fc.record({ kind: fc.constant('delete the dead' as const) }),
  fc.record({ kind: fc.constant('release' as const), pool }),
);

type Event = typeof event extends fc.Arbitrary<infer What> ? What : never;

let connection: RedisConnection;
let ns: TestNamespace;

beforeAll(() => {
  connection = new RedisConnection(TEST_REDIS, { name: 'test' });
});

afterAll(() => connection.close());

beforeEach(() => {
  ns = new TestNamespace();
});

afterEach(() => ns.close());

interface SimulatedPool {
  id: string;
  frozen: boolean;
  running: FetchedEntry[];
}

/** Several pools, with what they believe to run, and a book of all jobs that exist. */
class World {
  readonly #clock = new FakeClock(1_700_000_000);
  readonly #scripts = new Scripts(ns.keys, this.#clock);
  readonly #enqueuer: Enqueuer;
  readonly #client: Client;
  readonly #pools: SimulatedPool[] = [];
  /** The jobs that must be somewhere, with their arguments as text; a unique job's may be replaced. */
  readonly #expected = new Map<string, Set<string>>();
  #nextPool = 0;
  #versions = 0;

  constructor() {
    const options = { redis: connection, namespace: ns.namespace, clock: this.#clock };
    this.#enqueuer = new Enqueuer(options);
    this.#client = new Client(options);
  }

  async begin(): Promise<void> {
    await connection.ready();
    await ns.redis.set(ns.keys.maxConcurrency('limited'), LIMIT);
    for (let i = 0; i < POOLS; i++) this.#pools.push(this.#newPool());
    await this.#beat();
  }

  async happen(what: Event): Promise<void> {
    switch (what.kind) {
      case 'enqueue': {
        const job = await this.#enqueuer.enqueue(what.jobName, { big: 2n ** 60n, list: [] });
        this.#expect(job.id, '{"big":1152921504606846976,"list":[]}');
        return;
      }
      case 'enqueue later': {
        const job = await this.#enqueuer.enqueue(what.jobName, { n: -0 }, { in: what.n * 1000 });
        this.#expect(job.id, '{"n":-0}');
        return;
      }
      case 'enqueue unique': {
        const { job } = await this.#enqueuer.enqueue(what.jobName, { u: what.n }, { unique: true });
        if (job) this.#expect(job.id, `{"u":${what.n}}`);
        return;
      }
      case 'enqueue by key': {
        const version = this.#versions++;
        const key = { k: what.n };
        const result = await this.#enqueuer.enqueue(what.jobName, { version }, { unique: { key } });
        this.#expect(result.id ?? 'nobody', `{"version":${version}}`);
        return;
      }
      case 'fetch':
        return this.#fetch(this.#pool(what.pool), what.n);
      case 'settle':
        return this.#settle(this.#pool(what.pool), what.fate, what.twice);
      case 'crash':
        this.#pools[what.pool] = this.#newPool();
        return this.#beat();
      case 'freeze':
        this.#pool(what.pool).frozen = what.frozen;
        return this.#beat();
      case 'reap':
        await this.#reap(this.#pool(what.pool));
        return undefined;
      case 'requeue':
        for (const set of ['retry', 'scheduled'] as const) await this.#requeuer(set).requeueDue();
        return undefined;
      case 'pass':
        this.#clock.advance(what.n);
        return this.#beat();
      case 'pause':
        if (what.paused) await this.#client.queue(what.jobName).pause();
        else await this.#client.queue(what.jobName).resume();
        return undefined;
      case 'cancel':
        return this.#cancel(what.n);
      case 'retry the dead':
        await this.#client.dead.runAll();
        return undefined;
      case 'delete the dead': {
        const [dead] = (await this.#client.dead.list()).jobs;
        if (!dead) return undefined;
        const { status } = await this.#client.dead.delete(dead);
        if (status === 'deleted') this.#gone(dead.raw);
        return undefined;
      }
      case 'release': {
        const { id } = this.#pool(what.pool);
        await connection.call(this.#scripts.running.release(id, NAMES));
        await ns.redis.srem(ns.keys.workerPools, id);
        await ns.redis.del(ns.keys.heartbeat(id));
        this.#pools[what.pool] = this.#newPool();
        return this.#beat();
      }
    }
  }

  /** Everything that must hold at any time. */
  async check(): Promise<void> {
    const places = await this.#places();
    const ids = places.map(({ raw }) => parseEntry(raw).id);
    // Each job is in exactly one place, and with arguments that somebody gave it.
    expect(ids.sort()).toEqual([...this.#expected.keys()].sort());
    for (const { raw } of places) {
      expect(this.#expected.get(parseEntry(raw).id)).toContain(argsTextOf(raw));
    }
    for (const name of NAMES) await this.#checkLocks(name);
    for (const set of ['retry', 'scheduled', 'dead'] as const) {
      for (const { score } of await ns.set(set)) expect(Number.isInteger(score)).toBe(true);
    }
  }

  async #checkLocks(name: string): Promise<void> {
    const shares = await ns.redis.hgetall(ns.keys.lockInfo(name));
    let sum = 0;
    for (const [id, share] of Object.entries(shares)) {
      expect(Number(share)).toBe(await ns.redis.llen(ns.keys.inProgress(name, id)));
      sum += Number(share);
    }
    expect(await ns.lock(name)).toBe(sum);
    expect(await ns.inProgress(name)).toBe(sum);
    if (name === 'limited') expect(sum).toBeLessThanOrEqual(LIMIT);
  }

  async #fetch(from: SimulatedPool, wanted: number): Promise<void> {
    if (from.frozen) return;
    const { entries } = await connection.call(
      this.#scripts.running.fetch({
        ...{ poolId: from.id, wanted, jobNames: NAMES, shares: [wanted, 0, 0] },
        ...{ watch: false, atLimit: new Set<string>() },
        uniqueUntil: (name) => (name === 'b' ? 'doneOrDead' : 'started'),
      }),
    );
    from.running.push(...entries);
  }

  /** What a frozen pool settles, it settles late: when a reaper may have been there. */
  async #settle(by: SimulatedPool, fate: string, twice: boolean): Promise<void> {
    const job = by.running.shift();
    if (!job) return;
    const entry = parseEntry(job.raw);
    const freed =
      entry.claim === 'held' ? { uniqueKey: entry.uniqueKey, jobId: entry.id } : undefined;
    const settlement: Settlement = job.isCancelled
      ? {
          ...{ ...job, move: moveOf('done', job.raw, freed) },
          notes: [{ kind: 'unmark', jobId: entry.id }],
        }
      : { ...job, move: moveOf(fate, job.raw, freed) };
    const call = this.#scripts.running.settle(by.id, [settlement]);
    const { lost } = await connection.call(call);
    // The reply was lost, and the settling is sent again.
    if (twice) expect(await connection.call(call)).toMatchObject({ lost: [0], refused: [] });
    if (lost.length === 0 && settlement.move.to === 'nowhere') this.#gone(job.raw);
  }

  /** These pools do not hear of marks, but drop what is marked when they fetch it. */
  async #cancel(n: number): Promise<void> {
    const ids = [...this.#expected.keys()];
    const id = ids[n % ids.length];
    if (id === undefined) return;
    const { status } = await this.#client.cancel(id);
    if (status === 'removed') this.#expected.delete(id);
    const isAlive = (await this.#alive()).has(id);
    expect({ id, status, isAlive }).toEqual({ id, status, isAlive: status === 'signalled' });
  }

  /** The ids of the jobs that wait or run, those under others' claims apart. */
  async #alive(): Promise<Set<string>> {
    const dead = new Set(await ns.redis.zrange(ns.keys.dead, '0', '-1'));
    const places = (await this.#places(false)).filter(({ raw }) => !dead.has(String(raw)));
    return new Set(places.map(({ raw }) => parseEntry(raw).id));
  }

  async #reap(by: SimulatedPool): Promise<void> {
    const reaper = new DeadPoolReaper({
      ...{ id: by.id, connection, keys: ns.keys, scripts: this.#scripts, clock: this.#clock },
      settings: { maxDeaths: 3, timing: { reap: 2_500 } },
      onReaped: () => undefined,
      onStandstill: () => undefined,
    });
    await reaper.reap();
  }

  #requeuer(set: 'retry' | 'scheduled'): Requeuer {
    return new Requeuer({
      ...{ set, connection, scripts: this.#scripts, clock: this.#clock },
      isWatching: () => false,
      report: reportInto([]),
    });
  }

  async #beat(): Promise<void> {
    const fields = { job_names: NAMES.join(','), engine: 'nestcraft' };
    for (const { id, frozen } of this.#pools) {
      if (!frozen) await connection.call(this.#scripts.pools.beat(id, fields));
    }
  }

  async #places(underClaims = true): Promise<{ raw: Raw }[]> {
    const lists = await ns.redis.keys(`${ns.keys.prefix}jobs:*`);
    const entries: Buffer[] = [];
    for (const key of lists) {
      if ((await ns.redis.type(key)) === 'list') {
        entries.push(...(await ns.redis.lrangeBuffer(key, 0, -1)));
      }
    }
    for (const key of [ns.keys.retry, ns.keys.scheduled, ns.keys.dead]) {
      entries.push(...(await ns.redis.zrangeBuffer(key, '0', '-1')));
    }
    if (underClaims) entries.push(...(await this.#underClaims(entries)));
    return entries.map((bytes) => ({ raw: toRaw(bytes) }));
  }

  /** What came under the claim of a job that runs already, and waits for its end. */
  async #underClaims(entries: readonly Buffer[]): Promise<Buffer[]> {
    const ids = new Set(entries.map((bytes) => parseEntry(toRaw(bytes)).id));
    const claims = await ns.redis.keys(`${ns.keys.prefix}unique:b:*`);
    const values = await Promise.all(claims.map((key) => ns.redis.getBuffer(key)));
    return values.flatMap((value) =>
      value && value.length > 1 && !ids.has(parseEntry(value.toString()).id) ? [value] : [],
    );
  }

  #pool(index: number): SimulatedPool {
    const found = this.#pools[index];
    if (!found) throw new Error(`no pool ${index}`);
    return found;
  }

  #newPool(): SimulatedPool {
    return { id: `pool${this.#nextPool++}`, frozen: false, running: [] };
  }

  #expect(id: string, args: string): void {
    const known = this.#expected.get(id) ?? new Set();
    this.#expected.set(id, known.add(args));
  }

  #gone(raw: Raw): void {
    this.#expected.delete(parseEntry(raw).id);
  }
}

function moveOf(fate: string, raw: Raw, freed: HeldClaim | undefined): Move {
  const failure = { fails: parseEntry(raw).fails + 1, error: 'é"<', at: 1 };
  switch (fate) {
    case 'retry':
      return { to: 'retry', entry: rewriteEntry(raw, { failure }), delay: 5 };
    case 'dead':
      return {
        ...{ to: 'dead', freed },
        entry: rewriteEntry(raw, { failure, claim: freed === undefined ? undefined : null }),
      };
    case 'snoozed':
      return { to: 'scheduled', delay: 5 };
    case 'putBack':
      return { to: 'queue' };
    default:
      return { to: 'nowhere', freed };
  }
}

it(`whatever happens, each job is in one place, and the locks agree (seed ${SEED})`, async () => {
  const clean = async (): Promise<void> => {
    const keys = await ns.redis.keys(`${ns.keys.prefix}*`);
    if (keys.length > 0) await ns.redis.del(keys);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 5, maxLength: 40, size: 'max' }),
      async (events) => {
        await clean();
        const world = new World();
        await world.begin();
        for (const one of events) {
          await world.happen(one);
          await world.check();
        }
      },
    ),
    { seed: SEED, numRuns: RUNS, verbose: fc.VerbosityLevel.Verbose },
  );
}, 120_000);
