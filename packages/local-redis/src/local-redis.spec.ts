import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { RedisStartError, RedisStateError } from './errors.js';
import { LocalRedis, type LocalRedisOptions } from './local-redis.js';
import { eventually } from '../../../test/support/eventually.js';

let started: LocalRedis[];
let clients: Redis[];

beforeEach(() => {
  started = [];
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.disconnect();
  await Promise.all(started.map((redis) => redis.stop()));
});

async function aRedis(options?: LocalRedisOptions): Promise<LocalRedis> {
  const redis = await LocalRedis.start(options);
  started.push(redis);
  return redis;
}

function connectTo({ url }: LocalRedis): Redis {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('LocalRedis', () => {
  it('runs servers that do not know of each other', async () => {
    const [one, two] = await Promise.all([aRedis(), aRedis()]);
    await connectTo(one).set('key', 'one');
    expect(await connectTo(two).get('key')).toBeNull();
    expect(one.url).toBe(`redis://127.0.0.1:${one.port}`);
  });

  it('stops, twice, and leaves neither process nor folder', async () => {
    const redis = await aRedis();
    const { pid, directory } = redis;
    await redis.stop();
    await redis.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(directory)).toBe(false);
    expect(() => redis.pid).toThrow(RedisStateError);
  });

  it('keeps its data through kill -9 and restart with aof', async () => {
    const redis = await aRedis({ persistence: 'aof' });
    const client = connectTo(redis);
    await client.set('key', 'kept');
    const { pid } = redis;
    await redis.kill();
    expect(isAlive(pid)).toBe(false);
    await redis.restart();
    expect(await connectTo(redis).get('key')).toBe('kept');
  });

  it('keeps a folder that it was given', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'given-'));
    const redis = await aRedis({ directory });
    await redis.stop();
    expect(existsSync(join(directory, 'redis.log'))).toBe(true);
    await rm(directory, { recursive: true });
  });

  it('answers nothing while it is paused, and stops even then', async () => {
    const redis = await aRedis();
    const client = connectTo(redis);
    await client.ping();
    redis.pause();
    const answer = client.ping();
    let answered = false;
    void answer.then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    redis.resume();
    await answer;
    redis.pause();
    await redis.stop();
  });

  it('passes settings on', async () => {
    const redis = await aRedis({ settings: { maxmemory: '12mb' } });
    expect(await connectTo(redis).config('GET', 'maxmemory')).toEqual(['maxmemory', '12582912']);
  });

  it('reports the output of a server that does not start', async () => {
    const starting = aRedis({ settings: { 'no-such-setting': 'yes' } });
    await expect(starting).rejects.toThrow(RedisStartError);
  });

  it('says so when the port is taken', async () => {
    const { port } = await aRedis();
    await expect(aRedis({ port })).rejects.toThrow(/Address already in use/);
  });

  it('ends when its owner is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'owner-'));
    const script = join(folder, 'owner.mjs');
    await writeFile(
      join(folder, 'owner.ts'),
      `import { LocalRedis } from ${JSON.stringify(new URL('./index.ts', import.meta.url).pathname)};
      const redis = await LocalRedis.start();
      redis.pause();
      process.send({ pid: redis.pid, directory: redis.directory });`,
    );
    await build({
      entryPoints: [join(folder, 'owner.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const owner = fork(script);
    const [message] = (await once(owner, 'message')) as [{ pid: number; directory: string }];
    expect(isAlive(message.pid)).toBe(true);
    owner.kill('SIGKILL');
    await eventually(() => expect(isAlive(message.pid)).toBe(false));
    await eventually(() => expect(existsSync(message.directory)).toBe(false));
    await rm(folder, { recursive: true });
  });
});
