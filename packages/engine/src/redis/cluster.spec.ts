import { LocalCluster, LocalRedis } from '@nestcraft/local-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, type Redis } from 'ioredis';
import { eventually } from '../../../../test/support/eventually.js';
import { Slot } from '../../../../test/support/slot.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { UnsupportedRedisError } from '../errors/errors.js';
import { silentLogger } from '../logging/logger.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { RedisConnection } from './redis-connection.js';
import { SlotOwner } from './slot-owner.js';

let local: LocalCluster;
let cluster: Cluster;
let namespace: string;
let enqueuer: Enqueuer;
let client: Client;
let pool: WorkerPool | undefined;
let round = 0;

beforeAll(async () => {
  local = await LocalCluster.start();
}, 60_000);

afterAll(() => local.stop());

beforeEach(() => {
  cluster = new Cluster(local.addresses, { lazyConnect: true });
  namespace = `{work${++round}}`;
  enqueuer = new Enqueuer({ redis: cluster, namespace });
  client = new Client({ redis: cluster, namespace });
});

afterEach(async () => {
  await pool?.stop();
  pool = undefined;
  await enqueuer.close();
  client.close();
  cluster.disconnect();
});

function aPool(options: { safetyPoll?: number } = {}): WorkerPool {
  pool = new WorkerPool({ redis: cluster, namespace, logger: silentLogger, timing: options });
  return pool;
}

/** The slot of the namespace, the node that holds it, and another. */
async function slotOf(key: string): Promise<{ slot: Slot; owner: Redis; other: Redis }> {
  const slot = await Slot.of(key, local.nodes);
  open.push(slot);
  const { owner, others } = slot;
  const [other] = others;
  if (!other) throw new Error('There is no other master');
  return { slot, owner, other };
}

const open: Slot[] = [];
afterEach(() => {
  for (const slot of open.splice(0)) slot.close();
});

describe('in a Cluster', () => {
  it('a job runs, is retried, and is looked at, wherever its namespace lies', async () => {
    for (const tag of ['{a}', '{b}', '{c}', 'x{d}y']) {
      const redis = cluster;
      const enqueuer = new Enqueuer({ redis, namespace: tag });
      const client = new Client({ redis, namespace: tag });
      const pool = new WorkerPool({ redis, namespace: tag, logger: silentLogger });
      const seen: unknown[] = [];
      pool.job('n', (job) => {
        seen.push(job.args);
        if (job.argBool('fails')) throw new Error('boom');
      });
      await pool.start();
      await enqueuer.enqueue('n', { fails: false });
      await enqueuer.enqueue('n', { fails: true }, { unique: true });
      await enqueuer.enqueue('n', { fails: false }, { in: '1000s' });
      await eventually(async () =>
        expect(await client.counts()).toMatchObject({ retry: 1, scheduled: 1 }),
      );
      expect(seen).toHaveLength(2);
      expect(await client.pools.list()).toHaveLength(1);
      const { findings } = await client.doctor();
      for (const code of ['cluster', 'permissions', 'format']) {
        expect(findings).toContainEqual(expect.objectContaining({ code, level: 'ok' }));
      }
      await pool.stop();
      expect(await client.pools.list()).toEqual([]);
      await enqueuer.close();
      client.close();
    }
  });

  it('an idle pool is woken, and does not wait for its poll', async () => {
    let seen = 0;
    const pool = aPool({ safetyPoll: 60_000 }).job('n', () => seen++);
    await pool.start();
    await enqueuer.enqueue('n');
    await eventually(() => expect(seen).toBe(1));
    await enqueuer.enqueue('n');
    await eventually(() => expect(seen).toBe(2));
  });

  it('everybody follows when the namespace moves to another node', async () => {
    const seen: unknown[] = [];
    await aPool()
      .job('n', (job) => void seen.push(job.args.n))
      .start();
    await enqueuer.enqueue('n', { n: 1 });
    await eventually(() => expect(seen).toEqual([1]));

    const { slot, other } = await slotOf(namespace);
    await slot.moveTo(other);
    await eventually(async () => {
      await enqueuer.enqueue('n', { n: 2 }).catch(() => Promise.reject(new Error('not yet')));
    });
    await eventually(() => expect(seen).toContain(2));
    expect((await client.queues.list()).map(({ jobName }) => jobName)).toEqual(['n']);
    await eventually(async () => {
      const names = ((await other.client('LIST')) as string).match(/name=nestcraft:\w+/g);
      expect(new Set(names)).toEqual(
        new Set(
          ['pool', 'waker', 'heartbeat', 'enqueuer', 'client'].map(
            (one) => `name=nestcraft:${one}`,
          ),
        ),
      );
    });
  });

  it('enqueues are sent again while the slot moves, and none is refused', async () => {
    await enqueuer.enqueue('u', { i: -1 }, { unique: true });
    const { slot, other } = await slotOf(namespace);
    let isMoved = false;
    const hasMoved = (): boolean => isMoved;
    const outcomes: Promise<unknown>[] = [];
    const load = (async () => {
      for (let i = 0; !hasMoved(); i++) {
        outcomes.push(
          enqueuer.enqueue('u', { i }, { unique: true }),
          enqueuer.enqueue('u', undefined, { in: '100s' }),
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await slot.moveTo(other, { wait: 300 });
    isMoved = true;
    await load;
    await Promise.all(outcomes);
    expect(outcomes.length).toBeGreaterThan(10);
    expect((await client.counts()).scheduled).toBe(outcomes.length / 2);
  });

  it('a command that is refused until its timeout has certainly had no effect', async () => {
    const impatient = new Enqueuer({ redis: cluster, namespace, commandTimeout: 300 });
    await impatient.enqueue('u', { i: 1 }, { unique: true });
    const {
      slot: { slot },
      owner,
      other,
    } = await slotOf(namespace);
    const [from, to] = [await owner.cluster('MYID'), await other.cluster('MYID')];
    await other.cluster('SETSLOT', slot, 'IMPORTING', from);
    await owner.cluster('SETSLOT', slot, 'MIGRATING', to);
    await expect(impatient.enqueue('u', { i: 2 }, { unique: true })).rejects.toThrow(
      /did not accept.*(ASK|TRYAGAIN).*Nothing was enqueued/,
    );
    for (const node of [owner, other]) await node.cluster('SETSLOT', slot, 'STABLE');
    await impatient.close();
  });

  it('a connection fails as one to a single Redis does when no node answers', async () => {
    const nowhere = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
    const options = { name: 'test', namespace, commandTimeout: 300 };
    const connection = new RedisConnection(nowhere, options);
    let attempts = 0;
    connection.on('down', () => attempts++);
    await expect(connection.ready()).rejects.toThrow('is not ready');
    expect(attempts).toBeGreaterThan(0);
    connection.close();
  });

  it.each(['work', '', '{}', '{', 'a}b{', '}x{y'])('the namespace "%s" is refused', (untagged) => {
    const make = (): Enqueuer => new Enqueuer({ redis: cluster, namespace: untagged });
    expect(make).toThrow(UnsupportedRedisError);
    expect(make).toThrow('hash tag');
    const advice = /Use a namespace such as "(.*?)"/.exec(messageOf(make))?.[1] ?? '';
    expect(() => new Client({ redis: cluster, namespace: advice }).close()).not.toThrow();
  });

  it('the address of one node and a namespace without a hash tag are refused at once', async () => {
    const options = { redis: local.nodes[0]?.url ?? '', namespace: 'work' };
    const [enqueuer, client] = [new Enqueuer(options), new Client(options)];
    await expect(enqueuer.enqueue('n')).rejects.toThrow(/new Cluster.*Nothing was enqueued\.$/);
    await expect(client.counts()).rejects.toThrow(UnsupportedRedisError);
    expect(await client.doctor()).toMatchObject({
      level: 'error',
      findings: [{ code: 'cluster', text: expect.stringContaining('hash tag') }],
    });
    const pool = new WorkerPool({ ...options, logger: silentLogger }).job('n', () => undefined);
    await expect(pool.start()).rejects.toThrow(/Use a namespace such as "{work}".*new Cluster/);
    await pool.stop();
    await enqueuer.close();
    client.close();
  });

  it('the address of one node serves its own namespaces, and advises about others', async () => {
    await enqueuer.enqueue('n');
    const { owner, other } = await slotOf(namespace);
    for (const [{ options }, refusal] of [
      [owner, undefined],
      [other, /MOVED.*Pass an ioredis `new Cluster.*Nothing was enqueued\.$/],
    ] as const) {
      const redis = { host: options.host ?? '', port: options.port ?? 0 };
      const enqueuer = new Enqueuer({ redis, namespace });
      const pool = new WorkerPool({ redis, namespace, logger: silentLogger });
      pool.job('n', () => undefined);
      if (refusal) {
        await expect(enqueuer.enqueue('n')).rejects.toThrow(refusal);
        await expect(pool.start()).rejects.toThrow('new Cluster');
      } else {
        await enqueuer.enqueue('n');
        await pool.start();
        await pool.drain();
      }
      await pool.stop();
      await enqueuer.close();
    }
  });

  it('the search for the owner ends when the Cluster is down, and when no node answers', async () => {
    const dead = await LocalRedis.start({ settings: { 'cluster-enabled': 'yes' } });
    const { host, port } = dead;
    // It answers, and has no slots.
    const down = new Cluster([{ host, port }], { lazyConnect: true });
    await expect(new SlotOwner(down, namespace).find(2_000)).rejects.toThrow('did not report');
    dead.pause();
    const began = performance.now();
    await expect(new SlotOwner(down, namespace).find(300)).rejects.toThrow('did not report');
    expect(performance.now() - began).toBeLessThan(2_000);
    dead.resume();
    await dead.stop();
  });

  it('a key prefix is refused', () => {
    const prefixed = new Cluster(local.addresses, { lazyConnect: true, keyPrefix: 'x:' });
    expect(() => new Enqueuer({ redis: prefixed, namespace })).toThrow('keyPrefix');
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
