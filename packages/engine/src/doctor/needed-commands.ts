import type { Keys } from '../redis/keys.js';

/** A command of Redis with its arguments, in a form that Redis accepts. */
export type Words = readonly [string, ...string[]];

// Of each command of the scripts and of the classes that send commands on their own. `KEY` stands for a key.
const NEEDED: readonly Words[] = [
  ['DECR', 'KEY'],
  ['DECRBY', 'KEY', '1'],
  ['DEL', 'KEY'],
  ['EVAL', 'return 1', '1', 'KEY'],
  ['EVALSHA', '0', '1', 'KEY'],
  ['EXISTS', 'KEY'],
  ['EXPIRE', 'KEY', '1'],
  ['GET', 'KEY'],
  ['HDEL', 'KEY', 'f'],
  ['HEXISTS', 'KEY', 'f'],
  ['HGET', 'KEY', 'f'],
  ['HGETALL', 'KEY'],
  ['HINCRBY', 'KEY', 'f', '1'],
  ['HKEYS', 'KEY'],
  ['HLEN', 'KEY'],
  ['HMGET', 'KEY', 'f'],
  ['HSET', 'KEY', 'f', 'v'],
  ['HSETNX', 'KEY', 'f', 'v'],
  ['HVALS', 'KEY'],
  ['INCR', 'KEY'],
  ['INCRBY', 'KEY', '1'],
  ['LINDEX', 'KEY', '0'],
  ['LLEN', 'KEY'],
  ['LMOVE', 'KEY', 'KEY', 'RIGHT', 'LEFT'],
  ['LPOS', 'KEY', 'v'],
  ['LPUSH', 'KEY', 'v'],
  ['LRANGE', 'KEY', '0', '0'],
  ['LREM', 'KEY', '1', 'v'],
  ['LSET', 'KEY', '0', 'v'],
  ['LTRIM', 'KEY', '0', '0'],
  ['MGET', 'KEY'],
  ['PEXPIRE', 'KEY', '1'],
  ['PEXPIREAT', 'KEY', '1'],
  ['PTTL', 'KEY'],
  ['RPUSH', 'KEY', 'v'],
  ['SADD', 'KEY', 'v'],
  ['SCARD', 'KEY'],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['SET', 'KEY', 'v'],
  ['SISMEMBER', 'KEY', 'v'],
  ['SMEMBERS', 'KEY'],
  ['SMISMEMBER', 'KEY', 'v'],
  ['SRANDMEMBER', 'KEY', '1'],
  ['SREM', 'KEY', 'v'],
  ['SSCAN', 'KEY', '0'],
  ['TIME'],
  ['TYPE', 'KEY'],
  ['ZADD', 'KEY', '1', 'v'],
  ['ZCARD', 'KEY'],
  ['ZCOUNT', 'KEY', '0', '1'],
  ['ZRANDMEMBER', 'KEY', '1'],
  ['ZRANGE', 'KEY', '0', '0'],
  ['ZRANGEBYSCORE', 'KEY', '0', '1'],
  ['ZREM', 'KEY', 'v'],
  ['ZREMRANGEBYSCORE', 'KEY', '0', '1'],
  ['ZREVRANGE', 'KEY', '0', '0'],
  ['ZSCORE', 'KEY', 'v'],
];

// Without these, pools poll.
const FOR_WAKING: readonly Words[] = [
  ['CLIENT', 'ID'],
  ['CLIENT', 'TRACKING', 'ON'],
  ['CLIENT', 'CACHING', 'YES'],
  ['SUBSCRIBE', '__redis__:invalidate'],
];

/** Returns the commands that pools, enqueuers and clients of a namespace need. */
export function neededCommands(keys: Keys): readonly Words[] {
  return NEEDED.map(
    ([name, ...rest]) =>
      [name, ...rest.map((word) => (word === 'KEY' ? keys.retry : word))] as const,
  );
}

/** Returns the commands that wake pools without polling. */
export function wakingCommands(): readonly Words[] {
  return FOR_WAKING;
}

/** Returns the name of a command, with its subcommand if it has one: `GET`, `CLIENT TRACKING`. */
export function nameOf([name, subcommand = '']: Words): string {
  return name === 'CLIENT' || name === 'SCRIPT' ? `${name} ${subcommand}` : name;
}
