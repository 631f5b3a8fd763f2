import { allKeys, argument, groups, reads, writes, type Call, type Commands } from '../command.js';
import { expiry } from '../expiry.js';
import { addIntegers, toBigInt, toInteger } from '../numbers.js';
import { count, readOptions } from '../options.js';
import { OK, RedisError, type Reply } from '../reply.js';

const MANY = Infinity;
const MAX_BITS = -(2n ** 63n);

export const strings: Commands = {
  GET: reads(1, ({ keyspace, args: [key = ''] }) => keyspace.read(key, 'string') ?? null),
  MGET: reads(
    [1, MANY],
    ({ keyspace, args }) =>
      args.map((key) =>
        keyspace.type(key) === 'string' ? (keyspace.read(key, 'string') ?? null) : null,
      ),
    allKeys,
  ),
  STRLEN: reads(1, ({ keyspace, args: [key = ''] }) => keyspace.read(key, 'string')?.length ?? 0),
  SET: writes([2, MANY], set),
  SETNX: writes(2, ({ keyspace, args: [key = '', value = ''] }) => {
    if (keyspace.type(key)) return 0;
    keyspace.setString(key, value);
    return 1;
  }),
  SETEX: writes(3, (call) => setFor(call, 'EX')),
  PSETEX: writes(3, (call) => setFor(call, 'PX')),
  GETSET: writes(2, ({ keyspace, args: [key = '', value = ''] }) => {
    const before = keyspace.read(key, 'string') ?? null;
    keyspace.setString(key, value);
    return before;
  }),
  GETDEL: writes(1, ({ keyspace, args: [key = ''] }) => {
    const before = keyspace.read(key, 'string') ?? null;
    keyspace.delete(key);
    return before;
  }),
  MSET: writes(
    [2, MANY],
    ({ keyspace, args }) => {
      if (args.length % 2 === 1) throw RedisError.arity('mset');
      for (const [key = '', value = ''] of groups(args, 2)) keyspace.setString(key, value);
      return OK;
    },
    (args) => args.filter((_, index) => index % 2 === 0),
  ),
  APPEND: writes(2, ({ keyspace, args: [key = '', value = ''] }) => {
    const text = (keyspace.read(key, 'string') ?? '') + value;
    keyspace.setString(key, text, { keepEnd: true });
    return text.length;
  }),
  INCR: writes(1, (call) => increment(call, 1n)),
  DECR: writes(1, (call) => increment(call, -1n)),
  INCRBY: writes(2, (call) => increment(call, toBigInt(argument(call.args, 1)))),
  DECRBY: writes(2, (call) => {
    const by = toBigInt(argument(call.args, 1));
    if (by === MAX_BITS) throw new RedisError('ERR decrement would overflow');
    return increment(call, -by);
  }),
};

function set({ keyspace, server, args }: Call): Reply {
  const [key = '', value = '', ...rest] = args;
  const options = readOptions(rest, {
    ...{ NX: 0, XX: 0, GET: 0, KEEPTTL: 0 },
    ...{ EX: 1, PX: 1, EXAT: 1, PXAT: 1 },
  });
  const { NX, XX, GET, KEEPTTL, ...ends } = options;
  if (count(NX, XX) > 1 || count(KEEPTTL, ...Object.values(ends)) > 1) throw RedisError.syntax();
  const [end] = Object.entries(ends);
  const at = end && expiry('set', end[0], toInteger(end[1][0] ?? ''), server.now());
  const before = GET ? (keyspace.read(key, 'string') ?? null) : undefined;
  const exists = keyspace.type(key) !== undefined;
  if (NX ? exists : XX && !exists) return before ?? null;
  keyspace.setString(key, value, { keepEnd: KEEPTTL !== undefined });
  if (at !== undefined) keyspace.expireAt(key, at);
  return before === undefined ? OK : before;
}

function setFor(
  { keyspace, server, args: [key = '', time = '', value = ''] }: Call,
  unit: string,
): Reply {
  const command = unit === 'EX' ? 'setex' : 'psetex';
  const at = expiry(command, unit, toInteger(time), server.now());
  keyspace.setString(key, value);
  keyspace.expireAt(key, at);
  return OK;
}

function increment({ keyspace, args: [key = ''] }: Call, by: bigint): Reply {
  const sum = addIntegers(keyspace.read(key, 'string') ?? '0', by);
  keyspace.setString(key, String(sum), { keepEnd: true });
  return sum;
}
