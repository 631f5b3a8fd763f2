import { LocalRedis } from '@nestcraft/local-redis';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../../../test/support/eventually.js';
import { Proxy } from '../../../../test/support/proxy.js';
import { RedisConnection } from '../redis/redis-connection.js';
import { Script } from '../redis/script.js';
import { Waker } from './waker.js';

let local: LocalRedis;
let proxy: Proxy;
let admin: Redis;
let watched: RedisConnection;
let announcements: RedisConnection;
let waker: Waker;
let changed: string[];
let errors: unknown[];

beforeEach(async () => {
  local = await LocalRedis.start();
  proxy = await Proxy.to(local.port);
  admin = new Redis(local.url);
  [changed, errors] = [[], []];
  watched = new RedisConnection(proxy.url, { name: 'pool', commandTimeout: 300 });
  announcements = watched.sibling('waker');
  waker = new Waker({
    connection: announcements,
    watched,
    onChange: (keys) => changed.push(...(keys ?? [])),
    onError: (error) => errors.push(error),
    pingInterval: 100,
  });
  waker.start();
  await watched.ready();
  await eventually(() => expect(waker.isWatching).toBe(true));
});

afterEach(async () => {
  announcements.close();
  watched.close();
  admin.disconnect();
  await proxy.close();
  await local.stop();
});

/** Reads the key as the pool does, and has it changed by another. */
async function hears(key: string, redis = admin): Promise<void> {
  await watched.call({
    script: new Script('look', "return redis.call('GET', KEYS[1])"),
    ...{ keys: [key], args: [], watch: true, decode: () => undefined },
  });
  await redis.set(key, 'x');
  await eventually(() => expect(changed).toContain(key));
}

it('hears of changes', async () => {
  await hears('a');
  expect(errors).toEqual([]);
});

it('notices that its connection is silent, and makes another', async () => {
  proxy.freeze('waker');
  await eventually(() => expect(waker.isWatching).toBe(false));
  await eventually(() => expect(waker.isWatching).toBe(true));
  await hears('b');
  expect(errors).toEqual([]);
});

it('follows the watched connection to another server', async () => {
  const other = await LocalRedis.start();
  const otherAdmin = new Redis(other.url);
  proxy.pointTo(other.port);
  watched.reconnect();
  await eventually(async () =>
    expect(String(await otherAdmin.client('LIST'))).toContain('name=nestcraft:waker'),
  );
  await eventually(() => expect(waker.isWatching).toBe(true));
  await hears('c', otherAdmin);
  expect(String(await admin.client('LIST'))).not.toContain('nestcraft');
  otherAdmin.disconnect();
  await other.stop();
});

it('says nothing when it is closed before it was connected', async () => {
  const nowhere = new RedisConnection('redis://127.0.0.1:1', { name: 'pool' });
  const connection = nowhere.sibling('waker');
  const onError = (error: unknown): unknown => errors.push(error);
  new Waker({ connection, watched: nowhere, onChange: () => undefined, onError }).start();
  connection.close();
  nowhere.close();
  await new Promise(setImmediate);
  expect(errors).toEqual([]);
});
