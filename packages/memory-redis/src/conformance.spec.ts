import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryRedis } from './memory-redis.js';

/** A command as one would type it. */
type Line = readonly (string | number | Buffer)[];

const memory = new MemoryRedis();
let real: Redis;
let inMemory: Redis;

beforeAll(() => {
  real = new Redis(process.env.NESTCRAFT_TEST_ADMIN_URL ?? '', { protocol: 2 });
  inMemory = new Redis(memory.options);
});

afterAll(async () => {
  real.disconnect();
  inMemory.disconnect();
  await memory.close();
});

/** What each command answers; keys are put in a namespace of their own by `$$` in front of them. */
async function replies(redis: Redis, lines: readonly Line[]): Promise<unknown[]> {
  const prefix = `conformance:${randomUUID()}:`;
  const answers: unknown[] = [];
  for (const line of lines) {
    const [name = '', ...args] = line.map((word) =>
      typeof word === 'string' ? word.replaceAll('$$', prefix) : word,
    );
    const answer = await redis
      .callBuffer(String(name), ...args)
      .catch((error: unknown) => (error as Error).message);
    answers.push(shown(answer, prefix));
  }
  return answers;
}

/** Bytes as text that shows each, without what differs between two runs. */
function shown(answer: unknown, prefix: string): unknown {
  if (Array.isArray(answer)) return answer.map((item) => shown(item, prefix));
  const text = Buffer.isBuffer(answer) ? answer.toString('latin1') : answer;
  return typeof text === 'string' ? text.replaceAll(prefix, () => '$$') : text;
}

async function expectSameReplies(lines: readonly Line[]): Promise<void> {
  const [expected, actual] = [await replies(real, lines), await replies(inMemory, lines)];
  const withCommand = (answers: unknown[]): unknown[] =>
    answers.map((answer, index) => ({ line: lines[index]?.join(' '), answer }));
  expect(withCommand(actual)).toEqual(withCommand(expected));
}

/** Lines of commands, of which each word is an argument; `''` is an empty one. */
function script(text: string): Line[] {
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .map((word) => (word === "''" ? '' : word)),
    );
}

describe('a Redis in memory answers as a real one does', () => {
  it.each([
    [
      'to strings',
      `GET $$a
       SET $$a 1
       GET $$a
       SET $$a 2 NX
       SET $$a 3 XX GET
       SET $$b 1 XX
       SET $$b 1 NX GET
       SET $$a 4 EX 10 PX 10
       SET $$a 4 EX 0
       SET $$a 4 EX abc
       SET $$a 4 NX XX
       SET $$a 4 NONSENSE
       SET $$a 4 EX
       SETNX $$a 5
       SETNX $$n 5
       SETEX $$e 100 v
       SETEX $$e 0 v
       TTL $$e
       SET $$e w KEEPTTL
       TTL $$e
       SET $$e w
       TTL $$e
       PSETEX $$e -1 v
       GETSET $$a 6
       GETSET $$new 6
       GETDEL $$new
       GETDEL $$new
       MSET $$a 1 $$b 2
       MSET $$a 1 $$b
       MGET $$a $$b $$none
       APPEND $$a 23
       STRLEN $$a
       STRLEN $$none
       INCR $$a
       INCRBY $$a 10
       DECR $$a
       DECRBY $$a 3
       INCRBY $$a 9223372036854775807
       INCRBY $$a 1.5
       DECRBY $$a -9223372036854775808
       SET $$a ''
       INCR $$a
       SET $$a 01
       INCR $$a
       SET $$big 9223372036854775807
       INCR $$big
       GET
       GET $$a $$b
       LPUSH $$list x
       GET $$list
       MGET $$list
       SET $$list now-a-string
       TYPE $$list`,
    ],
    [
      'to what is of every type',
      `SET $$s 1
       LPUSH $$l 1
       HSET $$h f 1
       SADD $$t 1
       ZADD $$z 1 1
       TYPE $$s
       TYPE $$l
       TYPE $$h
       TYPE $$t
       TYPE $$z
       TYPE $$none
       EXISTS $$s $$l $$none $$s
       DEL $$s $$none $$s
       UNLINK $$l
       EXISTS $$s $$l
       TTL $$none
       TTL $$h
       PTTL $$h
       EXPIRE $$none 10
       EXPIRE $$h 10
       EXPIRE $$h 10 NX
       EXPIRE $$h 5 GT
       EXPIRE $$h 5 LT
       EXPIRE $$h 5 NX XX
       EXPIRE $$h 5 GT LT
       EXPIRE $$h x
       TTL $$h
       PERSIST $$h
       PERSIST $$h
       TTL $$h
       EXPIRE $$h 10 XX
       EXPIRE $$h 10 GT
       EXPIRE $$h 10 LT
       PEXPIRE $$t 100000
       TTL $$t
       EXPIREAT $$z 9999999999
       PEXPIRE $$z -1
       EXISTS $$z
       RENAME $$none $$x
       RENAME $$h $$x
       TTL $$x
       HGET $$x f
       KEYS $$x*
       KEYS $$[^st]
       KEYS $$[w-z]
       KEYS $$\\x
       KEYS $$[x
       SCAN x
       SCAN 0 COUNT 0
       NOSUCH $$a 1`,
    ],
    [
      'to lists',
      `LPUSH $$l a b c
       RPUSH $$l z
       LRANGE $$l 0 -1
       LRANGE $$l -2 -1
       LRANGE $$l 2 1
       LRANGE $$l -100 100
       LRANGE $$l 10 20
       LRANGE $$none 0 -1
       LRANGE $$l a b
       LINDEX $$l 0
       LINDEX $$l -1
       LINDEX $$l 10
       LLEN $$l
       LLEN $$none
       LPUSHX $$none a
       RPUSHX $$l y
       LPOP $$l
       RPOP $$l
       RPOP $$l 2
       RPOP $$none
       RPOP $$none 1
       RPOP $$l 0
       RPOP $$l -1
       RPOP $$l 100
       EXISTS $$l
       RPUSH $$l a b a c a
       LREM $$l 1 a
       LRANGE $$l 0 -1
       LREM $$l -1 a
       LREM $$l 0 a
       LREM $$l 5 none
       LRANGE $$l 0 -1
       RPUSH $$l a b c b
       LPOS $$l b
       LPOS $$l b RANK -1
       LPOS $$l b RANK 2
       LPOS $$l b COUNT 0
       LPOS $$l b RANK -1 MAXLEN 1
       LPOS $$l a RANK -1 MAXLEN 2
       LPOS $$l b RANK 0
       LPOS $$l b COUNT -1
       LPOS $$none b
       LPOS $$none b COUNT 0
       LPOS $$l b MAXLEN -1
       LSET $$l 0 first
       LSET $$l -1 last
       LSET $$l 100 x
       LSET $$none 0 x
       LINSERT $$l BEFORE a before
       LINSERT $$l AFTER a after
       LINSERT $$l AFTER none x
       LINSERT $$none AFTER a x
       LINSERT $$l BESIDE a x
       LRANGE $$l 0 -1
       LTRIM $$l 1 -2
       LRANGE $$l 0 -1
       LMOVE $$l $$m LEFT RIGHT
       LMOVE $$l $$l LEFT RIGHT
       LMOVE $$none $$m LEFT RIGHT
       LMOVE $$l $$m UP DOWN
       RPOPLPUSH $$l $$m
       LRANGE $$m 0 -1
       LTRIM $$l 5 1
       EXISTS $$l
       SET $$s 1
       LPUSH $$s a
       LLEN $$s
       RPOP $$s
       LRANGE $$s 0 -1`,
    ],
    [
      'to hashes',
      `HSET $$h a 1 b 2
       HSET $$h a 2 c 3
       HSET $$h a
       HSET $$h a 1 b
       HMSET $$h d 4
       HGET $$h a
       HGET $$h none
       HGET $$none a
       HMGET $$h a none b
       HGETALL $$h
       HGETALL $$none
       HKEYS $$h
       HVALS $$h
       HLEN $$h
       HEXISTS $$h a
       HEXISTS $$h none
       HSETNX $$h a 9
       HSETNX $$h e 9
       HSTRLEN $$h e
       HINCRBY $$h n 5
       HINCRBY $$h n -7
       HINCRBY $$h n x
       HSET $$h word abc
       HINCRBY $$h word 1
       HDEL $$h a b none
       HDEL $$h c d e n word
       EXISTS $$h
       HDEL $$none a
       SET $$s 1
       HGETALL $$s
       HSET $$s a 1
       HDEL $$s a
       HINCRBY $$s a 1`,
    ],
    [
      'to sets',
      `SADD $$t a b a
       SADD $$t a
       SCARD $$t
       SISMEMBER $$t a
       SISMEMBER $$t none
       SISMEMBER $$none a
       SMISMEMBER $$t a none
       SMEMBERS $$none
       SREM $$t a none
       SMEMBERS $$t
       SREM $$t b
       EXISTS $$t
       SET $$s 1
       SADD $$s a
       SMEMBERS $$s
       SREM $$s a`,
    ],
    [
      'to sorted sets',
      `ZADD $$z 1 a 2 b 3 c
       ZADD $$z 5 a
       ZADD $$z NX 9 a 9 d
       ZADD $$z XX 8 a 8 e
       ZADD $$z GT 7 a
       ZADD $$z LT CH 7 a
       ZADD $$z CH 7 a 4 b
       ZADD $$z INCR 1.5 a
       ZADD $$z INCR NX 1 a
       ZADD $$z INCR 1 a 2 b
       ZADD $$z NX XX 1 a
       ZADD $$z NX GT 1 a
       ZADD $$z x a
       ZADD $$z 1
       ZADD $$z 1 a 2
       ZADD $$none XX 1 a
       EXISTS $$none
       ZINCRBY $$z 2 a
       ZINCRBY $$z x a
       ZRANGE $$z 0 -1 WITHSCORES
       ZRANGE $$z 0 0
       ZRANGE $$z -1 -1
       ZRANGE $$z 0 -1 REV
       ZRANGE $$z 3 8 BYSCORE
       ZRANGE $$z 8 3 BYSCORE REV LIMIT 0 1
       ZRANGE $$z 0 -1 LIMIT 0 1
       ZRANGE $$z 0 -1 NONSENSE
       ZREVRANGE $$z 0 1 WITHSCORES
       ZRANGEBYSCORE $$z -inf +inf WITHSCORES LIMIT 1 2
       ZRANGEBYSCORE $$z (3 inf
       ZRANGEBYSCORE $$z 3 (4
       ZRANGEBYSCORE $$z -inf 10 LIMIT 0 -1
       ZRANGEBYSCORE $$z a b
       ZREVRANGEBYSCORE $$z +inf -inf LIMIT 0 2
       ZSCORE $$z a
       ZSCORE $$z none
       ZSCORE $$none a
       ZMSCORE $$z a none
       ZCARD $$z
       ZCOUNT $$z 3 9
       ZCOUNT $$z (3 9
       ZRANK $$z b
       ZREVRANK $$z b
       ZRANK $$z none
       ZADD $$same 1 b 1 a 1 c 0 z
       ZRANGE $$same 0 -1
       ZREM $$same a none
       ZREMRANGEBYRANK $$same 0 0
       ZREMRANGEBYSCORE $$same 1 1
       EXISTS $$same
       ZPOPMIN $$z
       ZPOPMAX $$z 2
       ZPOPMIN $$none
       ZADD $$inf inf a -inf b 1e100 c
       ZRANGE $$inf 0 -1 WITHSCORES
       ZADD $$inf INCR -inf a
       ZRANDMEMBER $$none
       ZRANDMEMBER $$none 2
       SET $$s 1
       ZADD $$s 1 a
       ZRANGE $$s 0 -1
       ZREM $$s a`,
    ],
    [
      'to transactions',
      `EXEC
       DISCARD
       MULTI
       MULTI
       SET $$a 1
       INCR $$a
       LPUSH $$a x
       GET $$a
       EXEC
       MULTI
       NOSUCH x
       SET $$a 5
       EXEC
       GET $$a
       MULTI
       SET $$a 9
       DISCARD
       GET $$a
       WATCH $$a
       SET $$a 10
       MULTI
       SET $$a 11
       EXEC
       GET $$a
       WATCH $$a
       UNWATCH
       SET $$a 12
       MULTI
       GET $$a
       EXEC
       MULTI
       GET
       EXEC`,
    ],
    [
      'to the rest',
      `PING
       PING hello
       ECHO hello
       SELECT x
       PUBLISH $$channel hello
       EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
       EVAL x
       EVAL return 2 a
       EVAL return -1
       EVAL return x
       CLIENT NOSUCH
       CLIENT CACHING YES
       CLIENT TRACKING ON OPTIN
       CLIENT TRACKING MAYBE
       CONFIG GET maxmemory-policy
       CONFIG GET nosuchsetting
       SCRIPT EXISTS ffffffffffffffffffffffffffffffffffffffff`,
    ],
  ])('%s', async (_what, lines) => {
    await expectSameReplies(script(lines));
  });

  it('to bytes that are no text', async () => {
    const bytes = Buffer.from([0, 0xff, 0x0d, 0x0a, 0xc3]);
    await expectSameReplies([
      ['SET', '$$a', bytes],
      ['GET', '$$a'],
      ['RPUSH', '$$l', bytes, 'ä', ''],
      ['LREM', '$$l', 1, bytes],
      ['LRANGE', '$$l', 0, -1],
      ['ZADD', '$$z', 1, bytes, 1, 'ä'],
      ['ZRANGE', '$$z', 0, -1],
      [
        'EVAL',
        "return { ARGV[1], #ARGV[1], redis.call('GET', KEYS[1]) == ARGV[1] }",
        1,
        '$$a',
        bytes,
      ],
    ]);
  });

  it('to commands by chance', async () => {
    const key = fc.constantFrom('$$a', '$$b');
    const value = fc.constantFrom('x', 'y', 'z', '1', '-2');
    const index = fc.integer({ min: -4, max: 4 }).map(String);
    const line = fc.oneof(
      fc.tuple(
        fc.constantFrom('LPUSH', 'RPUSH', 'SADD', 'SREM', 'HDEL', 'ZREM', 'SISMEMBER', 'HGET'),
        key,
        value,
      ),
      fc.tuple(
        fc.constantFrom(
          'LPOP',
          'RPOP',
          'LLEN',
          'ZCARD',
          'SCARD',
          'TYPE',
          'DEL',
          'INCR',
          'GET',
          'TTL',
          'PERSIST',
        ),
        key,
      ),
      fc.tuple(
        fc.constantFrom('LRANGE', 'LTRIM', 'ZRANGE', 'ZREMRANGEBYRANK', 'ZRANGEBYSCORE', 'ZCOUNT'),
        key,
        index,
        index,
      ),
      fc.tuple(fc.constantFrom('LREM', 'LSET', 'ZADD'), key, index, value),
      fc.tuple(fc.constantFrom('HSET', 'SET', 'HSETNX', 'ZINCRBY', 'HINCRBY'), key, value, value),
      fc.tuple(fc.constantFrom('LPOS', 'ZRANK', 'ZSCORE', 'LPUSHX', 'EXPIRE'), key, value),
      fc.tuple(fc.constantFrom('RENAME', 'RPOPLPUSH'), key, key),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 5, maxLength: 40 }), expectSameReplies),
      { numRuns: 150 },
    );
  });
});

describe('a script in memory answers as in a real Redis', () => {
  it.each([
    ['numbers', 'return { 1, 1.9, -1.9, 10 / 2, 2 ^ 53, 1e15, tonumber("0x10") }'],
    ['what ends an array', 'return { 1, nil, 3 }'],
    ['booleans', 'return { true, false }'],
    ['nothing', 'return nil'],
    ['no return', 'local a = 1'],
    ['nested arrays', "return { 1, { 'a', { 'b', 2.5 } } }"],
    ['a table without items', 'return { a = 1 }'],
    ['a status', "return redis.status_reply('FINE')"],
    ['the status of a command', "return redis.call('SET', KEYS[1], 1)"],
    ['nil of a command', "return redis.call('GET', KEYS[1]) == false"],
    ['an error of its own', "return redis.error_reply('MINE it is')"],
    ['an error by table', "return { err = 'MINE it is' }"],
    [
      'an error of a command',
      "redis.call('SET', KEYS[1], 1) return redis.call('LPUSH', KEYS[1], 1)",
    ],
    ['a caught error', "redis.call('SET', KEYS[1], 1) return redis.pcall('LPUSH', KEYS[1], 1).err"],
    ['a caught error by pcall', "local ok, e = pcall(redis.call, 'NOSUCH') return { ok, type(e) }"],
    ['no command', 'return redis.call()'],
    ['arguments of a wrong type', "return redis.call('SET', KEYS[1], {})"],
    [
      'numbers as arguments',
      "redis.call('RPUSH', KEYS[1], 1, 1.5, 1e15, -0.25, 1700000000000) return redis.call('LRANGE', KEYS[1], 0, -1)",
    ],
    [
      'numbers in text',
      "return 1700000000000 .. ' ' .. 10 / 4 .. ' ' .. 10 / 2 .. ' ' .. 1e15 .. ' ' .. 2 ^ 63",
    ],
    [
      'numbers by format',
      "return string.format('%.0f %d %5.2f %g', 1700000000999.4, 3, 2.345, 1e20)",
    ],
    ['arithmetic with text', "return { '10' * 2, '3' + 1, math.ceil('7' / 2) }"],
    [
      'patterns',
      "return { ('running 12'):gsub('^running ', ''), ('a,b,,c'):match('(.),(.)'), ('x'):rep(3) }",
    ],
    [
      'string.find',
      "return { string.find('a.b', '.', 2, true), (string.find('\"unique\" : true', '\"unique\"%s*:%s*true')) }",
    ],
    ['unpack', 'return { unpack(ARGV, 2) }'],
    [
      'unpack of very many',
      'local t = {} for i = 1, 7000 do t[i] = i end return select("#", unpack(t))',
    ],
    ['unpack of too many', 'local t = {} for i = 1, 9000 do t[i] = i end return pcall(unpack, t)'],
    ['keys and arguments', 'return { #KEYS, #ARGV, ARGV[1], ARGV[2], ARGV[3] == nil }'],
    ['a sorted table', "local t = { 'b', 'a', 'c' } table.sort(t) return t"],
    ['a global that is not there', 'return nosuch'],
    ['a global that is set', 'mine = 1'],
    ['a mistake', 'local t = nil return t.x'],
    ['an error with a text', "error('oh no')"],
    ['a text that is no Lua', 'return return'],
    ['SHA-1', "return redis.sha1hex('abc')"],
    ['the time', "local time = redis.call('TIME') return { #time, type(time[1]) }"],
    [
      'JSON that is read',
      `local v = cjson.decode('{"a":[1,2.5,"x\\\\u00e4\\\\ud83d\\\\ude00\\\\n"],"b":null,"c":{},"d":true,"e":1e3}') return { v.a[1], tostring(v.a[2]), v.a[3], v.b == cjson.null, type(v.c), v.d, v.e, #v.a }`,
    ],
    [
      'JSON that is written',
      "return { cjson.encode({ 1, 2, { a = 'x/y\"\\\\\\n\\127ä' } }), cjson.encode({}), cjson.encode(cjson.null), cjson.encode(1.5), cjson.encode(1e15), cjson.encode(123456789012346), cjson.encode(1 / 3), cjson.encode('x') }",
    ],
    ['JSON of a sparse table', 'return cjson.encode({ [1] = 1, [3] = 3 })'],
    ['JSON that is wrong', "return pcall(cjson.decode, '{') == false"],
    ['JSON that is empty', "return pcall(cjson.decode, '') == false"],
    ['JSON of bytes', 'return cjson.decode(cjson.encode(string.char(255, 254, 10, 34)))'],
    ['what a transaction has', "return redis.call('MULTI')"],
    ['a script within', "return redis.call('EVAL', 'return 1', 0)"],
  ])('with %s', async (_what, lua) => {
    await expectSameReplies([['EVAL', lua, 1, '$$k', 'one', 'two']]);
  });
});
