import { allKeys, noKeys, reads, writes, type Call, type Commands } from '../command.js';
import { globPattern } from '../glob.js';
import { toInteger } from '../numbers.js';
import { count, readOptions } from '../options.js';
import { OK, RedisError, Status, type Reply } from '../reply.js';
import { scan } from '../scan.js';

const MANY = Infinity;

/** The commands for keys of every type. */
export const keys: Commands = {
  DEL: writes([1, MANY], remove, allKeys),
  UNLINK: writes([1, MANY], remove, allKeys),
  EXISTS: reads(
    [1, MANY],
    ({ keyspace, args }) => args.filter((key) => keyspace.type(key)).length,
    allKeys,
  ),
  TYPE: reads(1, ({ keyspace, args: [key = ''] }) => new Status(keyspace.type(key) ?? 'none')),
  KEYS: reads(
    1,
    ({ keyspace, args: [pattern = ''] }) => {
      const matches = globPattern(pattern);
      return keyspace.keys().filter((key) => matches.test(key));
    },
    noKeys,
  ),
  SCAN: reads(
    [1, MANY],
    ({ keyspace, args: [cursor = '', ...rest] }) => {
      const { TYPE, ...options } = readOptions(rest, { MATCH: 1, COUNT: 1, TYPE: 1 });
      const type = TYPE?.[0]?.toLowerCase();
      const all = keyspace.keys().filter((key) => !type || keyspace.type(key) === type);
      return scan(cursor, options, all, (key) => [key]);
    },
    noKeys,
  ),
  DBSIZE: reads(0, ({ keyspace }) => keyspace.size, noKeys),
  FLUSHDB: writes([0, 1], flush, noKeys),
  FLUSHALL: writes([0, 1], flush, noKeys),
  RENAME: writes(
    2,
    ({ keyspace, args: [from = '', to = ''] }) => {
      if (!keyspace.rename(from, to)) throw new RedisError('ERR no such key');
      return OK;
    },
    allKeys,
  ),
  TTL: reads(1, (call) => left(call, (milliseconds) => Math.floor((milliseconds + 500) / 1000))),
  PTTL: reads(1, (call) => left(call, (milliseconds) => milliseconds)),
  PERSIST: writes(1, ({ keyspace, args: [key = ''] }) => {
    if (keyspace.expiresAt(key) === undefined) return 0;
    keyspace.expireAt(key, undefined);
    return 1;
  }),
  EXPIRE: writes([2, MANY], (call) => end(call, (time, now) => now + time * 1000)),
  PEXPIRE: writes([2, MANY], (call) => end(call, (time, now) => now + time)),
  EXPIREAT: writes([2, MANY], (call) => end(call, (time) => time * 1000)),
  PEXPIREAT: writes([2, MANY], (call) => end(call, (time) => time)),
};

function remove({ keyspace, args }: Call): Reply {
  return args.filter((key) => keyspace.delete(key)).length;
}

function flush({ keyspace, args }: Call): Reply {
  readOptions(args, { ASYNC: 0, SYNC: 0 });
  keyspace.clear();
  return OK;
}

function left(
  { keyspace, server, args: [key = ''] }: Call,
  show: (milliseconds: number) => number,
): Reply {
  if (!keyspace.type(key)) return -2;
  const at = keyspace.expiresAt(key);
  return at === undefined ? -1 : show(Math.max(0, at - server.now()));
}

function end(
  { keyspace, server, args: [key = '', time = '', ...rest] }: Call,
  endOf: (time: number, now: number) => number,
): Reply {
  const at = endOf(toInteger(time), server.now());
  const { NX, XX, GT, LT } = readOptions(rest, { NX: 0, XX: 0, GT: 0, LT: 0 });
  if (NX && count(XX, GT, LT) > 0) {
    throw new RedisError('ERR NX and XX, GT or LT options at the same time are not compatible');
  }
  if (GT && LT) {
    throw new RedisError('ERR GT and LT options at the same time are not compatible');
  }
  if (!keyspace.type(key)) return 0;
  const before = keyspace.expiresAt(key);
  if ((NX && before !== undefined) || (XX && before === undefined)) return 0;
  if (GT && at <= (before ?? Infinity)) return 0;
  if (LT && at >= (before ?? Infinity)) return 0;
  keyspace.expireAt(key, at);
  return 1;
}
