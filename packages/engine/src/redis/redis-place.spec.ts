import { MemoryRedis } from '@nestcraft/memory-redis';
import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { redisPlace } from './redis-place.js';
import type { RedisSource } from './redis-source.js';

const lazy = { lazyConnect: true } as const;

describe('redisPlace', () => {
  it.each<[string, RedisSource, string]>([
    ['a URL', 'redis://127.0.0.1:6379', '127.0.0.1:6379/0'],
    ['a URL with a database', 'redis://redis.example/7', 'redis.example:6379/7'],
    ['a URL of IPv6', 'redis://[::1]:7000', '[::1]:7000/0'],
    ['a port', '6380', 'localhost:6380/0'],
    ['a socket', '/run/redis.sock?db=2', 'socket /run/redis.sock, database 2'],
    ['options', { host: 'h', port: 1, db: 3 }, 'h:1/3'],
    ['no options', {}, 'localhost:6379/0'],
    [
      'Sentinel',
      { sentinels: [{ host: 'a', port: 26379 }, { host: 'b' }], name: 'mymaster', db: 1 },
      '"mymaster" of Sentinel a:26379, b:6379, database 1',
    ],
    ['an instance', new Redis({ ...lazy, host: 'h', db: 5 }), 'h:6379/5'],
    [
      'a Cluster',
      new Cluster([{ host: 'a', port: 7000 }, 'redis://:s3cret@b:7001', 7002, { host: 'd' }], lazy),
      expect.stringMatching(/^Cluster a:7000, .*, …$/) as unknown as string,
    ],
    ['a Redis in memory', new MemoryRedis().options, 'memory/0'],
  ])('names %s', (_what, source, place) => expect(redisPlace(source)).toEqual(place));

  it.each<RedisSource>([
    'rediss://ada:s3cret@h:6380/1',
    'redis://h?password=s3cret',
    { host: 'h', username: 'ada', password: 's3cret', tls: {} },
    { host: 'redis://:s3cret@h' },
    { sentinels: [{ host: ':s3cret@h' }], name: 'm', sentinelPassword: 's3cret' },
    new Redis({ ...lazy, host: 'h', password: 's3cret' }),
    new Cluster(['redis://:s3cret@h:1'], { ...lazy, redisOptions: { password: 's3cret' } }),
  ])('shows no password', (source) => {
    expect(redisPlace(source)).not.toContain('s3cret');
    expect(redisPlace(source)).toContain('h');
  });
});
