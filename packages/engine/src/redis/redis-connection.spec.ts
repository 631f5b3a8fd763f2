import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  ClosedError,
  InvalidOptionError,
  NotConnectedError,
  UnsupportedRedisError,
} from '../errors.js';
import { eventually } from '../../../../test/support/eventually.js';
import { TEST_REDIS_URL } from '../testing/test-redis.js';
import { RedisConnection } from './redis-connection.js';
import { Script, type ScriptCall } from './script.js';

let connections: RedisConnection[] = [];

afterEach(() => {
  for (const connection of connections) connection.close();
  connections = [];
});

function aConnection(
  ...[source, options]: ConstructorParameters<typeof RedisConnection>
): RedisConnection {
  const connection = new RedisConnection(source, options);
  connections.push(connection);
  return connection;
}

function call(lua: string): ScriptCall<string> {
  return { script: new Script('test', lua), keys: [], args: ['x'], decode: String };
}

describe('RedisConnection', () => {
  it('runs scripts in order and keeps their errors apart', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    await connection.ready();
    const replies = await connection.run(
      call(`return ARGV[1] .. '${Math.random()}'`),
      call('return redis.error_reply("BOOM here")'),
      call('return ARGV[1]'),
    );
    expect(replies).toMatchObject([
      { value: expect.any(Buffer) as unknown },
      { error: { message: 'BOOM here' } },
      { value: Buffer.from('x') },
    ]);
    await expect(connection.call(call('return redis.error_reply("BOOM here")'))).rejects.toThrow(
      'BOOM',
    );
  });

  it('that lets the process end is made anew by the next call, and not before', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test', unref: true });
    await connection.ready();
    connection.reconnect();
    await eventually(() => expect(connection.redis.status).toBe('end'));
    await connection.ready();
    expect(await connection.redis.ping()).toBe('PONG');
  });

  it('that lets the process end goes on trying while somebody waits', async () => {
    const options = { name: 'test', unref: true, commandTimeout: 500 };
    const connection = aConnection('redis://127.0.0.1:1', options);
    let attempts = 0;
    connection.on('down', () => attempts++);
    await expect(connection.ready()).rejects.toThrow(NotConnectedError);
    expect(attempts).toBeGreaterThan(1);
    await eventually(() => expect(connection.redis.status).toBe('end'));
  });

  it('sends a forgotten script in full', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    await connection.ready();
    const script = call(`return ARGV[1] .. '${Math.random()}'`);
    const first = await connection.call(script);
    await connection.redis.script('FLUSH');
    expect(await connection.call(script)).toBe(first);
  });

  it.each([
    ['options', () => ({ host: '127.0.0.1', port: Number(new URL(TEST_REDIS_URL).port) })],
    ['an instance', () => new Redis(TEST_REDIS_URL, { lazyConnect: true })],
  ])('connects by %s', async (_how, source) => {
    const connection = aConnection(source(), { name: 'test' });
    await connection.ready();
    expect(await connection.redis.ping()).toBe('PONG');
  });

  it('connects by no more than it must: not before it is used', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'lazy' });
    await new Promise(setImmediate);
    expect(connection.isUp).toBe(false);
    expect(connection.redis.status).toBe('wait');
    await connection.ready();
    expect(connection.isUp).toBe(true);
  });

  it('gives up waiting after its command timeout, and says for what', async () => {
    const connection = aConnection('redis://127.0.0.1:1', { name: 'nowhere', commandTimeout: 50 });
    await expect(connection.ready()).rejects.toThrow(
      expect.objectContaining({
        constructor: NotConnectedError,
        connection: 'nowhere',
        waited: 50,
      }),
    );
  });

  it('ends the wait of whoever waits when it is closed', async () => {
    const connection = aConnection('redis://127.0.0.1:1', { name: 'nowhere' });
    const ready = connection.ready();
    connection.close();
    await expect(ready).rejects.toThrow(ClosedError);
    await expect(connection.ready()).rejects.toThrow(ClosedError);
  });

  it('comes back after it was cut', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    await connection.ready();
    connection.reconnect();
    await eventually(() => expect(connection.isUp).toBe(false));
    await connection.ready();
    expect(await connection.redis.ping()).toBe('PONG');
  });

  it.each([undefined, null, '', 6379])('refuses %j as the place of Redis', (source) => {
    expect(() => aConnection(source as unknown as string, { name: 'x' })).toThrow(
      expect.objectContaining({ constructor: InvalidOptionError, option: 'redis', value: source }),
    );
  });

  it('refuses what cannot work', () => {
    expect(() => aConnection({ keyPrefix: 'p:' }, { name: 'x' })).toThrow(UnsupportedRedisError);
    expect(() => aConnection('redis://x', { name: 'x', commandTimeout: 0 })).toThrow(
      InvalidOptionError,
    );
  });
});
