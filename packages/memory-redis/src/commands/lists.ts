import { allKeys, reads, writes, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { toInteger } from '../numbers.js';
import { readOptions } from '../options.js';
import { slice } from '../ranges.js';
import { OK, RedisError, type Reply } from '../reply.js';

const MANY = Infinity;

type Side = 'left' | 'right';

export const lists: Commands = {
  LPUSH: writes([2, MANY], (call) => push(call, 'left')),
  RPUSH: writes([2, MANY], (call) => push(call, 'right')),
  LPUSHX: writes([2, MANY], (call) => (list(call) ? push(call, 'left') : 0)),
  RPUSHX: writes([2, MANY], (call) => (list(call) ? push(call, 'right') : 0)),
  LPOP: writes([1, 2], (call) => pop(call, 'left')),
  RPOP: writes([1, 2], (call) => pop(call, 'right')),
  LLEN: reads(1, (call) => list(call)?.length ?? 0),
  LINDEX: reads(2, (call) => list(call)?.at(toInteger(call.args[1] ?? '')) ?? null),
  LRANGE: reads(3, (call) => {
    const [start, stop] = indices(call);
    return slice(list(call) ?? [], start, stop);
  }),
  LTRIM: writes(3, (call) => {
    const [start, stop] = indices(call);
    const items = list(call);
    if (!items) return OK;
    items.splice(0, items.length, ...slice(items, start, stop));
    call.keyspace.changed(call.args[0] ?? '');
    return OK;
  }),
  LSET: writes(3, (call) => {
    const [key = '', index = '', value = ''] = call.args;
    const items = list(call);
    if (!items) throw new RedisError('ERR no such key');
    const place = toInteger(index);
    const at = place < 0 ? items.length + place : place;
    if (at < 0 || at >= items.length) throw new RedisError('ERR index out of range');
    items[at] = value;
    call.keyspace.changed(key);
    return OK;
  }),
  LREM: writes(3, remove),
  LPOS: reads([2, MANY], position),
  LINSERT: writes(4, insert),
  LMOVE: writes(
    4,
    ({ args: [from = '', to = '', wherefrom = '', whereto = ''], ...call }) =>
      move(call, [from, to], side(wherefrom), side(whereto)),
    (args) => args.slice(0, 2),
  ),
  RPOPLPUSH: writes(
    2,
    ({ args: [from = '', to = ''], ...call }) => move(call, [from, to], 'right', 'left'),
    allKeys,
  ),
};

function list({ keyspace, args: [key = ''] }: Call): Bytes[] | undefined {
  return keyspace.read(key, 'list');
}

function indices({ args: [, start = '', stop = ''] }: Call): [number, number] {
  return [toInteger(start), toInteger(stop)];
}

function side(word: Bytes): Side {
  const upper = word.toUpperCase();
  if (upper !== 'LEFT' && upper !== 'RIGHT') throw RedisError.syntax();
  return upper === 'LEFT' ? 'left' : 'right';
}

function push({ keyspace, args: [key = '', ...values] }: Call, side: Side): Reply {
  const items = keyspace.open(key, 'list');
  for (const value of values) {
    if (side === 'left') items.unshift(value);
    else items.push(value);
  }
  const { length } = items;
  keyspace.changed(key);
  return length;
}

function pop(call: Call, side: Side): Reply {
  const [key = '', many] = call.args;
  const most = many === undefined ? 1 : toInteger(many);
  if (most < 0) throw new RedisError('ERR value is out of range, must be positive');
  const items = list(call);
  if (!items) return null;
  if (most === 0) return [];
  const popped = side === 'left' ? items.splice(0, most) : items.splice(-most, most).reverse();
  call.keyspace.changed(key);
  return many === undefined ? (popped[0] ?? null) : popped;
}

/** Yields the positions of a value, from the left or from the right. */
function* places(items: readonly Bytes[], value: Bytes, fromRight: boolean): Generator<number> {
  const find = (from: number): number =>
    fromRight ? (from < 0 ? -1 : items.lastIndexOf(value, from)) : items.indexOf(value, from);
  const step = fromRight ? -1 : 1;
  for (let at = find(fromRight ? items.length - 1 : 0); at !== -1; at = find(at + step)) yield at;
}

function remove(call: Call): Reply {
  const [key = '', count = '', value = ''] = call.args;
  const most = toInteger(count);
  const items = list(call);
  if (!items) return 0;
  const found = [...places(items, value, most < 0)].slice(0, Math.abs(most) || items.length);
  if (found.length === 0) return 0;
  for (const at of found.sort((a, b) => b - a)) items.splice(at, 1);
  call.keyspace.changed(key);
  return found.length;
}

function position(call: Call): Reply {
  const [, value = '', ...rest] = call.args;
  const { RANK, COUNT, MAXLEN } = readOptions(rest, { RANK: 1, COUNT: 1, MAXLEN: 1 });
  const rank = toInteger(RANK?.[0] ?? '1');
  const most = COUNT && toInteger(COUNT[0] ?? '');
  const depth = toInteger(MAXLEN?.[0] ?? '0');
  if (rank === 0) {
    throw new RedisError(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... " +
        'or use negative to start from the end of the list',
    );
  }
  if (most !== undefined && most < 0) throw new RedisError("ERR COUNT can't be negative");
  if (depth < 0) throw new RedisError("ERR MAXLEN can't be negative");
  const items = list(call) ?? [];
  const near = (at: number): boolean =>
    depth === 0 || (rank < 0 ? at >= items.length - depth : at < depth);
  const found = [...places(items, value, rank < 0)].filter(near).slice(Math.abs(rank) - 1);
  return most === undefined ? (found[0] ?? null) : found.slice(0, most || found.length);
}

function insert(call: Call): Reply {
  const [key = '', word = '', pivot = '', value = ''] = call.args;
  const where = word.toUpperCase();
  if (where !== 'BEFORE' && where !== 'AFTER') throw RedisError.syntax();
  const items = list(call);
  if (!items) return 0;
  const at = items.indexOf(pivot);
  if (at === -1) return -1;
  items.splice(where === 'BEFORE' ? at : at + 1, 0, value);
  call.keyspace.changed(key);
  return items.length;
}

function move(
  { keyspace }: Pick<Call, 'keyspace'>,
  [from, to]: readonly [Bytes, Bytes],
  out: Side,
  into: Side,
): Reply {
  const source = keyspace.read(from, 'list');
  if (!source) return null;
  const target = keyspace.open(to, 'list');
  const value = (out === 'left' ? source.shift() : source.pop()) ?? '';
  if (into === 'left') target.unshift(value);
  else target.push(value);
  keyspace.changed(to);
  if (from !== to) keyspace.changed(from);
  return value;
}
