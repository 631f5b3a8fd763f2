import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../test/support/eventually.js';
import { MemoryRedisClosedError } from './errors.js';
import { MemoryRedis } from './memory-redis.js';

const INVALIDATE = '__redis__:invalidate';

let now: number;
let memory: MemoryRedis;
let connections: Redis[];

beforeEach(() => {
  now = 1_700_000_000_000;
  memory = new MemoryRedis({ now: () => now });
  connections = [];
});

afterEach(async () => {
  for (const redis of connections) redis.disconnect();
  await memory.close();
});

function connect(): Redis {
  const redis = new Redis({ ...memory.options, retryStrategy: () => null });
  connections.push(redis);
  return redis;
}

describe('connections', () => {
  it('share keys, and know their names', async () => {
    const [one, other] = [connect(), connect()];
    await one.set('key', 'value');
    await other.client('SETNAME', 'other');
    expect(await other.get('key')).toBe('value');
    expect(await one.client('LIST')).toContain('name=other');
  });

  it('of one server are independent of those of another', async () => {
    const elsewhere = new MemoryRedis();
    const other = new Redis(elsewhere.options);
    await connect().set('key', 'value');
    expect(await other.get('key')).toBeNull();
    other.disconnect();
    await elsewhere.close();
  });

  it('end with the server, which then takes no others', async () => {
    const redis = connect();
    await redis.ping();
    const ended = once(redis, 'end');
    await memory.close();
    await ended;
    const late = new Redis({ ...memory.options, lazyConnect: true, retryStrategy: () => null });
    late.on('error', () => undefined);
    await expect(late.connect()).rejects.toThrow(MemoryRedisClosedError);
  });

  it('are forgotten when they are closed', async () => {
    const [one, other] = [connect(), connect()];
    await other.ping();
    const ended = once(other, 'end');
    await other.quit();
    await ended;
    await eventually(async () =>
      expect(String(await one.client('LIST')).trim()).not.toContain('\n'),
    );
  });
});

describe('time', () => {
  it('comes from the clock, for commands and for scripts', async () => {
    const redis = connect();
    const script = "return redis.call('TIME')[1]";
    expect((await redis.time()).map(Number)).toEqual([1_700_000_000, 0]);
    now += 1_500;
    expect((await redis.time()).map(Number)).toEqual([1_700_000_001, 500_000]);
    expect(await redis.eval(script, 0)).toBe('1700000001');
  });

  it('ends keys', async () => {
    const redis = connect();
    await redis.set('key', 'value', 'PX', 1_000);
    now += 999;
    expect(await redis.pttl('key')).toBe(1);
    expect(await redis.get('key')).toBe('value');
    now += 1;
    expect(await redis.get('key')).toBeNull();
    expect(await redis.pttl('key')).toBe(-2);
    expect(await redis.dbsize()).toBe(0);
  });
});

describe('messages', () => {
  it('go to subscribers', async () => {
    const [listener, sender] = [connect(), connect()];
    await listener.subscribe('a', 'b');
    const heard = once(listener, 'message');
    expect(await sender.publish('b', 'hello')).toBe(1);
    expect(await heard).toEqual(['b', 'hello']);
    await listener.unsubscribe();
    expect(await sender.publish('b', 'hello')).toBe(0);
    expect(await listener.ping()).toBe('PONG');
  });

  it('are all that a connection may deal with that has subscribed', async () => {
    const listener = connect();
    await listener.subscribe('a');
    await expect(listener.call('GET', 'key')).rejects.toThrow(
      /subscriber mode|only \(P\|S\)SUBSCRIBE/,
    );
  });
});

describe('tracking', () => {
  let reader: Redis;
  let writer: Redis;
  let heard: unknown[];

  beforeEach(async () => {
    const listener = connect();
    [reader, writer] = [connect(), connect()];
    heard = [];
    listener.on('messageBuffer', (_channel: Buffer, keys: Buffer[] | null) =>
      heard.push(keys?.map(String) ?? null),
    );
    const id = await listener.client('ID');
    await listener.subscribe(INVALIDATE);
    await reader.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'OPTIN');
  });

  async function watch(...command: [string, ...string[]]): Promise<void> {
    await reader
      .pipeline()
      .call('CLIENT', 'CACHING', 'YES')
      .call(...command)
      .exec();
  }

  it('announces the next change of a key that was read, once', async () => {
    await watch('GET', 'key');
    await writer.set('key', '1');
    await writer.set('key', '2');
    await eventually(() => expect(heard).toEqual([['key']]));
  });

  it('announces changes of keys that a script has read, including missing ones', async () => {
    await watch(
      'EVAL',
      "redis.call('LLEN', 'a') redis.call('GET', 'b') redis.call('SET', 'c', 1)",
      '0',
    );
    await writer.mset('c', '1', 'b', '1');
    await writer.lpush('a', '1');
    await eventually(() => expect(heard).toEqual([['b'], ['a']]));
  });

  it('announces a key that expires', async () => {
    await writer.set('key', '1', 'PX', 10);
    await watch('EXISTS', 'key');
    now += 10;
    await eventually(() => expect(heard).toEqual([['key']]));
  });

  it('announces that everything is gone', async () => {
    await writer.set('key', '1');
    await watch('GET', 'none');
    await writer.flushall();
    await eventually(() => expect(heard).toEqual([null]));
  });

  it('ignores keys that were read without CACHING', async () => {
    await watch('GET', 'other');
    await reader.get('key');
    await writer.set('key', '1');
    await writer.set('other', '1');
    await eventually(() => expect(heard).toEqual([['other']]));
  });
});

it('names the command that it does not know, in scripts, too', async () => {
  const redis = connect();
  await expect(redis.call('GEOADD', 'key', '1')).rejects.toThrow(/unknown command 'GEOADD'/);
  await expect(redis.eval("return redis.call('GEOADD')", 0)).rejects.toThrow(/GEOADD/);
});

it('reports that it is writable and ready', async () => {
  const info = await connect().info();
  expect(info).toMatch(/^loading:0\r$/m);
  expect(info).toMatch(/^maxmemory_policy:noeviction\r$/m);
});

it('takes arguments that are large', async () => {
  const redis = connect();
  const value = 'ä'.repeat(1_000_000);
  await redis.set('key', value);
  expect(await redis.eval("return redis.call('GET', KEYS[1])", 1, 'key')).toBe(value);
});
