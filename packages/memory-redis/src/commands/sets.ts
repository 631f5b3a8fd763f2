import { reads, writes, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { readOptions } from '../options.js';
import { scan } from '../scan.js';

const MANY = Infinity;

export const sets: Commands = {
  SADD: writes([2, MANY], ({ keyspace, args: [key = '', ...members] }) => {
    const set = keyspace.open(key, 'set');
    const before = set.size;
    for (const member of members) set.add(member);
    if (set.size > before) keyspace.changed(key);
    return set.size - before;
  }),
  SREM: writes([2, MANY], (call) => {
    const [key = '', ...members] = call.args;
    const set = setOf(call);
    const gone = members.filter((member) => set?.delete(member)).length;
    if (gone > 0) call.keyspace.changed(key);
    return gone;
  }),
  SMEMBERS: reads(1, (call) => [...(setOf(call) ?? [])]),
  SISMEMBER: reads(2, (call) => (setOf(call)?.has(call.args[1] ?? '') ? 1 : 0)),
  SMISMEMBER: reads([2, MANY], (call) => {
    const set = setOf(call);
    return call.args.slice(1).map((member) => (set?.has(member) ? 1 : 0));
  }),
  SCARD: reads(1, (call) => setOf(call)?.size ?? 0),
  SSCAN: reads([2, MANY], (call) => {
    const [, cursor = '', ...rest] = call.args;
    const options = readOptions(rest, { MATCH: 1, COUNT: 1 });
    return scan(cursor, options, [...(setOf(call) ?? [])], (member) => [member]);
  }),
};

function setOf({ keyspace, args: [key = ''] }: Call): Set<Bytes> | undefined {
  return keyspace.read(key, 'set');
}
