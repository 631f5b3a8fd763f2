import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Redis } from 'ioredis';
import {
  ClosedError,
  CommandTooLargeError,
  InvalidOptionError,
  NotConnectedError,
  UnsupportedRedisError,
} from '../errors/errors.js';
import { inspect } from 'node:util';
import { LocalRedis } from '@nestcraft/local-redis';
import { eventually } from '../../../../test/support/eventually.js';
import { Proxy } from '../../../../test/support/proxy.js';
import { TEST_ADMIN_URL, TEST_REDIS_URL } from '../testing/test-redis.js';
import { RedisConnection } from './redis-connection.js';
import { redisFault } from './redis-fault.js';
import type { RedisSource } from './redis-source.js';
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
    const admin = new Redis(TEST_ADMIN_URL);
    await admin.script('FLUSH');
    admin.disconnect();
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

  it('stops waiting after its command timeout, and names the connection', async () => {
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

  it.each([undefined, null, '', 6379, [], new URL('redis://h:1')])(
    'refuses %j as the place of Redis',
    (source) => {
      expect(() => aConnection(source as unknown as string, { name: 'x' })).toThrow(
        expect.objectContaining({
          constructor: InvalidOptionError,
          option: 'redis',
        }),
      );
    },
  );

  it.each([{ keyPrefix: 'p:' }, 'redis://127.0.0.1?keyPrefix=p:'])('refuses %j', (source) => {
    expect(() => aConnection(source, { name: 'x' })).toThrow(UnsupportedRedisError);
  });

  it.each([0, -1, NaN, Infinity, 2 ** 31, '5 s', null])('refuses %p as a timeout', (timeout) => {
    const commandTimeout = timeout as number;
    expect(() => aConnection('redis://x', { name: 'x', commandTimeout })).toThrow(
      expect.objectContaining({ constructor: InvalidOptionError, option: 'commandTimeout' }),
    );
  });

  it('does not let a URL say how it behaves', () => {
    const query = 'autoResendUnfulfilledCommands=true&maxRetriesPerRequest=20&lazyConnect=';
    const { redis } = aConnection(`${TEST_REDIS_URL}?${query}`, { name: 'x' });
    expect(redis.status).toBe('wait');
    expect(redis.options).toMatchObject({
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    });
  });

  it('survives its listeners', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    let ups = 0;
    connection.on('up', () => {
      throw new Error('a logger that is broken');
    });
    connection.on('up', () => ups++);
    await connection.ready();
    expect(ups).toBe(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('a logger that is broken'));
    warn.mockRestore();
  });
});

describe('a command that cannot be sent', () => {
  const huge = 'x'.repeat(256 * 1024 * 1024);
  const hostile = {
    toString: () => {
      throw new Error('no text');
    },
  };
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);

  beforeAll(() => void process.on('unhandledRejection', onUnhandled));
  afterAll(() => void process.off('unhandledRejection', onUnhandled));

  it.each<[string, (connection: RedisConnection) => Promise<unknown>]>([
    ['a plain one', ({ redis }) => redis.lpush('x', huge, huge)],
    ['one of bytes', ({ redis }) => redis.lpush('x', Buffer.from(huge), huge)],
    ['a script', (connection) => connection.call({ ...call('return 1'), args: [huge, huge] })],
    ['a transaction', ({ redis }) => redis.multi().sadd('x', 'y').lpush('x', huge, huge).exec()],
    ['a pipeline', ({ redis }) => redis.pipeline().get('x').lpush('x', huge, huge).exec()],
    ['an argument that is none', ({ redis }) => redis.get(hostile as unknown as string)],
  ])('fails, and nothing after it: %s', async (_what, send) => {
    const options = { name: 'test', commandTimeout: 1_000 };
    const connection = aConnection(TEST_REDIS_URL, options);
    await connection.ready();
    const outcome = await send(connection).then(
      (replies) => inspect(replies),
      (error: unknown) => inspect(error),
    );
    expect(outcome).toMatch(/CommandTooLargeError|no text/);
    await connection.ready();
    expect(await connection.redis.echo('in step')).toBe('in step');
    expect(unhandled).toEqual([]);
  });

  it('is certainly not done', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    await connection.ready();
    const { redis } = connection;
    const error: unknown = await redis.lpush('x', huge, huge).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CommandTooLargeError);
    expect(redisFault(error)).toMatchObject({ effect: 'refused', remedy: 'alert' });
    const transaction = redis.multi().sadd('x', 'y').lpush('x', huge, huge);
    const failure: unknown = await transaction.exec().catch((e: unknown) => e);
    const { previousErrors } = failure as { previousErrors: unknown[] };
    expect(previousErrors).toEqual(Array(3).fill(expect.any(CommandTooLargeError)));
  });
});

describe('a connection that is silent', () => {
  const commandTimeout = 300;
  let local: LocalRedis;
  let proxy: Proxy;

  beforeEach(async () => {
    local = await LocalRedis.start();
    proxy = await Proxy.to(local.port);
  });

  afterEach(async () => {
    await proxy.close();
    await local.stop();
  });

  it.each<[string, (connection: RedisConnection) => Promise<unknown>]>([
    ['a plain command', ({ redis }) => redis.get('x')],
    ['a pipeline', ({ redis }) => redis.pipeline().get('x').exec()],
    ['a transaction', ({ redis }) => redis.multi().get('x').exec()],
    ['a script', (connection) => connection.call(call('return 1'))],
  ])('is given up after %s', async (_what, send) => {
    const connection = aConnection(proxy.url, { name: 'test', commandTimeout, unref: true });
    await connection.ready();
    proxy.freeze();
    const outcome = send(connection).then(inspect, inspect);
    expect(await outcome).toMatch(/timed out|max retries|closed/i);
    await connection.ready();
    expect(await connection.redis.echo('again')).toBe('again');
    expect(proxy.accepted).toBe(2);
  });

  it('is not up while it is given up', async () => {
    const connection = aConnection(proxy.url, { name: 'test', commandTimeout });
    await connection.ready();
    proxy.freeze();
    await expect(connection.redis.get('x')).rejects.toThrow();
    expect(connection.isUp).toBe(false);
    await connection.ready();
    expect(await connection.redis.echo('again')).toBe('again');
  });

  it('takes no more time for a forgotten script than for one command', async () => {
    const connection = aConnection(proxy.url, { name: 'test', commandTimeout });
    await connection.ready();
    proxy.delay = 200;
    proxy.swallow((request) => request.includes('EVAL\r\n'));
    const began = performance.now();
    await expect(connection.call(call(`return '${Math.random()}'`))).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(2 * commandTimeout - 50);
  });

  it('leaves a call that has waited for it the rest of its time', async () => {
    const connection = aConnection(proxy.url, { name: 'test', commandTimeout, unref: true });
    local.pause();
    const resumed = setTimeout(() => local.resume(), 200);
    const began = performance.now();
    await connection.ready();
    clearTimeout(resumed);
    proxy.freeze();
    await expect(connection.redis.get('x')).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(2 * commandTimeout - 100);
  });
});

describe('a database', () => {
  let local: LocalRedis;

  beforeAll(async () => {
    local = await LocalRedis.start();
    const admin = new Redis(local.url);
    await admin.acl('SETUSER', 'app', 'on', '>secret', '~*', '&*', '+@all', '-select');
    admin.disconnect();
  });

  afterAll(() => local.stop());

  it.each<[string, () => RedisSource]>([
    ['DB index is out of range', () => `${local.url}/99`],
    ['DB index is out of range', () => ({ port: local.port, db: 99 })],
    ['NOPERM', () => `redis://app:secret@127.0.0.1:${local.port}/1`],
  ])('that cannot be selected is no connection: %s', async (reason, source) => {
    const connection = aConnection(source(), { name: 'test', commandTimeout: 300 });
    await expect(connection.ready()).rejects.toThrow(reason);
    expect(connection.downReason?.message).toContain(reason);
    expect(connection.isUp).toBe(false);
  });

  it.each(['/x', '/1x', '/-1', '/1.5', '?db=x'])('cannot be %s', (path) => {
    expect(() => aConnection(`${local.url}${path}`, { name: 'x' })).toThrow(InvalidOptionError);
  });

  it.each([-1, NaN, 1.5, 'x'])('cannot be %p in options', (db) => {
    expect(() => aConnection({ db: db as number }, { name: 'x' })).toThrow(InvalidOptionError);
  });

  it('is the one that the URL names', async () => {
    const connection = aConnection(`${local.url}/3`, { name: 'test' });
    await connection.ready();
    expect(await connection.redis.client('INFO')).toContain('db=3');
  });
});

describe('a password', () => {
  it.each<[string, (port: number) => RedisSource]>([
    ['a URL', (port) => `redis://:s3cret@127.0.0.1:${port}`],
    ['a URL with a user', (port) => `redis://app:s3cret@127.0.0.1:${port}`],
    ['options', (port) => ({ port, password: 's3cret' })],
  ])('of %s is in no error', async (_where, source) => {
    const local = await LocalRedis.start();
    const admin = new Redis(local.url);
    await admin.config('SET', 'requirepass', 'another');
    admin.disconnect();
    const connection = aConnection(source(local.port), { name: 'test', commandTimeout: 300 });
    const reasons: unknown[] = [];
    connection.on('down', (reason) => reasons.push(reason));
    const error = await connection.ready().catch((e: unknown) => e);
    await local.stop();
    expect(error).toMatchObject({
      message: expect.stringMatching(/WRONGPASS.*Check the user name/) as unknown,
    });
    const shown = inspect([error, reasons, connection.downReason], { depth: 20, showHidden: true });
    expect(shown).toContain('WRONGPASS');
    expect(shown).not.toContain('s3cret');
  });
});

describe('a connection that Redis refuses', () => {
  it.each([true, false])('fails at once, until it is taken (unref: %p)', async (unref) => {
    const local = await LocalRedis.start();
    const admin = new Redis(local.url);
    await admin.config('SET', 'requirepass', 'another');
    const source = { port: local.port, password: 's3cret' };
    // A test has less time than that.
    const connection = aConnection(source, { name: 'test', commandTimeout: 600_000, unref });
    for (let i = 0; i < 3; i++) {
      const error = await connection.ready().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(NotConnectedError);
      expect((error as Error).message).toMatch(
        /^Redis connection "test" was refused: WRONGPASS .*\. Check the user name and the password\.$/,
      );
    }
    await admin.config('SET', 'requirepass', 's3cret');
    await eventually(() => connection.ready());
    expect(await connection.redis.echo('in')).toBe('in');
    admin.disconnect();
    await local.stop();
  });

  it('is one with another database than Redis has', async () => {
    const connection = aConnection(`${TEST_REDIS_URL}/99`, { name: 'x', commandTimeout: 600_000 });
    await expect(connection.ready()).rejects.toThrow('Choose a database that exists');
  });
});

describe('replies of Redis', () => {
  it('holds neither arguments nor where in which script it was said', async () => {
    const connection = aConnection(TEST_REDIS_URL, { name: 'test' });
    await connection.ready();
    const error: unknown = await connection
      .call(call("return redis.call('incr', 'x', 's3cret')"))
      .catch((e: unknown) => e);
    const plain: unknown = await connection.redis
      .set('x', 's3cret', 'EX', 0)
      .catch((e: unknown) => e);
    for (const one of [error, plain]) {
      expect((one as Error).name).toBe('ReplyError');
      expect(inspect(one, { depth: 20, showHidden: true })).not.toMatch(/s3cret|[0-9a-f]{40}/);
    }
  });
});

describe('a server that is read-only', () => {
  it('is left, after ever longer pauses while that does not help', async () => {
    const local = await LocalRedis.start();
    const admin = new Redis(local.url);
    await admin.replicaof('127.0.0.1', 1);
    const connection = aConnection(local.url, { name: 'test' });
    let downs = 0;
    connection.on('down', () => downs++);
    connection.on('up', () => void connection.redis.set('x', 1).catch(() => undefined));
    await connection.ready();
    await eventually(() => expect(downs).toBeGreaterThan(4));
    const before = downs;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(downs - before).toBeLessThan(4);
    expect(connection.downReason?.message).toContain('READONLY');
    await admin.replicaof('NO', 'ONE');
    await eventually(async () => expect(await admin.get('x')).toBe('1'));
    admin.disconnect();
    await local.stop();
  });
});
