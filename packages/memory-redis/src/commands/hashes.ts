import { groups, reads, writes, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { addIntegers, toBigInt } from '../numbers.js';
import { readOptions } from '../options.js';
import { OK, RedisError, type Reply } from '../reply.js';
import { scan } from '../scan.js';

const MANY = Infinity;

export const hashes: Commands = {
  HSET: writes([3, MANY], (call) => setFields(call, 'hset')),
  HMSET: writes([3, MANY], (call) => {
    setFields(call, 'hmset');
    return OK;
  }),
  HSETNX: writes(3, (call) => {
    const [, field = ''] = call.args;
    return hash(call)?.has(field) ? 0 : setFields(call, 'hsetnx');
  }),
  HGET: reads(2, (call) => hash(call)?.get(call.args[1] ?? '') ?? null),
  HMGET: reads([2, MANY], (call) => {
    const fields = hash(call);
    return call.args.slice(1).map((field) => fields?.get(field) ?? null);
  }),
  HGETALL: reads(1, (call) => [...(hash(call) ?? [])].flat()),
  HKEYS: reads(1, (call) => [...(hash(call)?.keys() ?? [])]),
  HVALS: reads(1, (call) => [...(hash(call)?.values() ?? [])]),
  HLEN: reads(1, (call) => hash(call)?.size ?? 0),
  HEXISTS: reads(2, (call) => (hash(call)?.has(call.args[1] ?? '') ? 1 : 0)),
  HSTRLEN: reads(2, (call) => hash(call)?.get(call.args[1] ?? '')?.length ?? 0),
  HDEL: writes([2, MANY], (call) => {
    const [key = '', ...names] = call.args;
    const fields = hash(call);
    const gone = names.filter((name) => fields?.delete(name)).length;
    if (gone > 0) call.keyspace.changed(key);
    return gone;
  }),
  HINCRBY: writes(3, (call) => {
    const [key = '', field = '', text = ''] = call.args;
    const by = toBigInt(text);
    const sum = incremented(hash(call)?.get(field) ?? '0', by);
    call.keyspace.open(key, 'hash').set(field, String(sum));
    call.keyspace.changed(key);
    return sum;
  }),
  HSCAN: reads([2, MANY], (call) => {
    const [, cursor = '', ...rest] = call.args;
    const options = readOptions(rest, { MATCH: 1, COUNT: 1 });
    return scan(cursor, options, [...(hash(call) ?? [])], (field) => field);
  }),
};

function hash({ keyspace, args: [key = ''] }: Call): Map<Bytes, Bytes> | undefined {
  return keyspace.read(key, 'hash');
}

/** @returns the number of new fields */
function setFields({ keyspace, args: [key = '', ...rest] }: Call, command: string): Reply {
  if (rest.length % 2 === 1) throw RedisError.arity(command);
  const fields = keyspace.open(key, 'hash');
  const before = fields.size;
  for (const [field = '', value = ''] of groups(rest, 2)) fields.set(field, value);
  keyspace.changed(key);
  return fields.size - before;
}

function incremented(value: Bytes, by: bigint): bigint {
  try {
    toBigInt(value);
  } catch {
    throw new RedisError('ERR hash value is not an integer');
  }
  return addIntegers(value, by);
}
