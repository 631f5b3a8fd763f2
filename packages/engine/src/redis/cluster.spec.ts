import { LocalCluster } from '@nestcraft/local-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueuer.js';
import { UnsupportedRedisError } from '../errors.js';
import { silentLogger } from '../logger.js';
import { WorkerPool } from '../worker-pool.js';
import { RedisConnection } from './redis-connection.js';

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
async function slotOf(key: string): Promise<{ slot: number; owner: Redis; other: Redis }> {
  const admins = local.nodes.map(({ url }) => new Redis(url));
  open.push(...admins);
  const [first] = admins;
  const slot = (await first?.cluster('KEYSLOT', key)) ?? 0;
  const owns = await Promise.all(
    admins.map(async (admin) => {
      const nodes = (await admin.call('CLUSTER', 'NODES')) as string;
      const ranges = /myself,\S+ .*? connected(.*)/.exec(nodes)?.[1] ?? '';
      return [...ranges.matchAll(/ (\d+)(?:-(\d+))?/g)].some(
        ([, from, to = from]) => Number(from) <= slot && slot <= Number(to),
      );
    }),
  );
  const owner = admins[owns.indexOf(true)];
  const other = admins[owns.indexOf(false)];
  if (!owner || !other) throw new Error(`Nobody holds slot ${slot}`);
  return { slot, owner, other };
}

const open: Redis[] = [];
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
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
      await enqueuer.enqueueUnique('n', { fails: true });
      await enqueuer.enqueueIn('n', 1_000, { fails: false });
      await eventually(async () =>
        expect(await client.counts()).toMatchObject({ retry: 1, scheduled: 1 }),
      );
      expect(seen).toHaveLength(2);
      expect(await client.workerPoolHeartbeats()).toHaveLength(1);
      await pool.stop();
      expect(await client.workerPoolHeartbeats()).toEqual([]);
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

    const { slot, owner, other } = await slotOf(namespace);
    await move(slot, owner, other);
    await eventually(async () => {
      await enqueuer.enqueue('n', { n: 2 }).catch(() => Promise.reject(new Error('not yet')));
    });
    await eventually(() => expect(seen).toContain(2));
    expect((await client.queues()).map(({ jobName }) => jobName)).toEqual(['n']);
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

  it.each(['work', '', '{}', '{', 'a}b{'])('the namespace "%s" is refused', (untagged) => {
    const make = (): Enqueuer => new Enqueuer({ redis: cluster, namespace: untagged });
    expect(make).toThrow(UnsupportedRedisError);
    expect(make).toThrow('hash tag');
  });

  it('a key prefix is refused', () => {
    const prefixed = new Cluster(local.addresses, { lazyConnect: true, keyPrefix: 'x:' });
    expect(() => new Enqueuer({ redis: prefixed, namespace })).toThrow('keyPrefix');
  });
});

/** Moves a slot with all its keys, as an operator would. */
async function move(slot: number, from: Redis, to: Redis): Promise<void> {
  const [source, target] = [await from.cluster('MYID'), await to.cluster('MYID')];
  await to.cluster('SETSLOT', slot, 'IMPORTING', source);
  await from.cluster('SETSLOT', slot, 'MIGRATING', target);
  for (;;) {
    const keys = await from.cluster('GETKEYSINSLOT', slot, 100);
    if (keys.length === 0) break;
    const { host = '', port = 0 } = to.options;
    await from.call('MIGRATE', host, port, '', 0, 5_000, 'REPLACE', 'KEYS', ...keys);
  }
  for (const node of [to, from]) await node.cluster('SETSLOT', slot, 'NODE', target);
}
