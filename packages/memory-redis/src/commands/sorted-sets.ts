import { argument, groups, reads, writes, type Call, type Commands } from '../command.js';
import type { Bytes } from '../bytes.js';
import { floatText, toFloat, toInteger } from '../numbers.js';
import { count, readOptions } from '../options.js';
import { slice } from '../ranges.js';
import { RedisError, type Reply } from '../reply.js';
import { scan } from '../scan.js';
import type { Scored, SortedSet } from '../sorted-set.js';

const MANY = Infinity;

export const sortedSets: Commands = {
  ZADD: writes([3, MANY], add),
  ZINCRBY: writes(3, ({ args: [key = '', by = '', member = ''], ...call }) =>
    add({ ...call, args: [key, 'INCR', by, member] }),
  ),
  ZREM: writes([2, MANY], (call) => remove(call, call.args.slice(1))),
  ZSCORE: reads(2, (call) => scoreText(setOf(call)?.score(argument(call.args, 1)))),
  ZMSCORE: reads([2, MANY], (call) => {
    const set = setOf(call);
    return call.args.slice(1).map((member) => scoreText(set?.score(member)));
  }),
  ZCARD: reads(1, (call) => setOf(call)?.size ?? 0),
  ZCOUNT: reads(3, (call) => {
    const [, min = '', max = ''] = call.args;
    return between(call, min, max).length;
  }),
  ZRANK: reads(2, (call) => setOf(call)?.rank(argument(call.args, 1)) ?? null),
  ZREVRANK: reads(2, (call) => {
    const set = setOf(call);
    const rank = set?.rank(argument(call.args, 1));
    return set && rank !== undefined ? set.size - 1 - rank : null;
  }),
  ZRANGE: reads([3, MANY], range),
  ZREVRANGE: reads([3, 4], (call) => {
    const [, start = '', stop = '', ...rest] = call.args;
    const { WITHSCORES } = readOptions(rest, { WITHSCORES: 0 });
    return shown(byIndex(call, start, stop, true), WITHSCORES !== undefined);
  }),
  ZRANGEBYSCORE: reads([3, MANY], (call) => rangeByScore(call, false)),
  ZREVRANGEBYSCORE: reads([3, MANY], (call) => rangeByScore(call, true)),
  ZREMRANGEBYSCORE: writes(3, (call) => {
    const [, min = '', max = ''] = call.args;
    return remove(call, between(call, min, max).map(memberOf));
  }),
  ZREMRANGEBYRANK: writes(3, (call) => {
    const [, start = '', stop = ''] = call.args;
    return remove(call, byIndex(call, start, stop, false).map(memberOf));
  }),
  ZPOPMIN: writes([1, 2], (call) => pop(call, false)),
  ZPOPMAX: writes([1, 2], (call) => pop(call, true)),
  ZRANDMEMBER: reads([1, 3], (call) => {
    const [, many, ...rest] = call.args;
    const { WITHSCORES } = readOptions(rest, { WITHSCORES: 0 });
    const sorted = setOf(call)?.sorted ?? [];
    const drawn = draw(sorted, many === undefined ? 1 : toInteger(many));
    if (many === undefined) return drawn[0]?.member ?? null;
    return shown(drawn, WITHSCORES !== undefined);
  }),
  ZSCAN: reads([2, MANY], (call) => {
    const [, cursor = '', ...rest] = call.args;
    const options = readOptions(rest, { MATCH: 1, COUNT: 1 });
    return scan(cursor, options, setOf(call)?.sorted ?? [], ({ member, score }) => [
      member,
      floatText(score),
    ]);
  }),
};

function setOf({
  keyspace,
  args: [key = ''],
}: Pick<Call, 'keyspace' | 'args'>): SortedSet | undefined {
  return keyspace.read(key, 'zset');
}

function memberOf({ member }: Scored): Bytes {
  return member;
}

function scoreText(score: number | undefined): Bytes | null {
  return score === undefined ? null : floatText(score);
}

const ADD_OPTIONS = new Set(['NX', 'XX', 'GT', 'LT', 'CH', 'INCR']);

function add({ keyspace, args: [key = '', ...rest] }: Pick<Call, 'keyspace' | 'args'>): Reply {
  const first = rest.findIndex((word) => !ADD_OPTIONS.has(word.toUpperCase()));
  const words = new Set(rest.slice(0, first).map((word) => word.toUpperCase()));
  const pairs = rest.slice(first);
  assertAddable(words, pairs);
  const additions = groups(pairs, 2).map(([score = '', member = '']) => ({
    score: toFloat(score),
    member,
  }));
  const before = keyspace.read(key, 'zset');
  if (!before && words.has('XX')) return words.has('INCR') ? null : 0;

  const set = keyspace.open(key, 'zset');
  let [added, changed] = [0, 0];
  let latest: number | null = null;
  for (const { member, score } of additions) {
    const old = set.score(member);
    const next = words.has('INCR') ? (old ?? 0) + score : score;
    if (Number.isNaN(next)) throw new RedisError('ERR resulting score is not a number (NaN)');
    latest = null;
    if (!isWanted(words, old, next)) continue;
    latest = next;
    if (old === next) continue;
    set.set(member, next);
    if (old === undefined) added++;
    else changed++;
  }
  if (added + changed > 0 || set.size === 0) keyspace.changed(key);
  if (words.has('INCR')) return latest === null ? null : floatText(latest);
  return words.has('CH') ? added + changed : added;
}

function assertAddable(words: ReadonlySet<string>, pairs: readonly Bytes[]): void {
  if (pairs.length === 0 || pairs.length % 2 === 1) throw RedisError.syntax();
  if (words.has('NX') && words.has('XX')) {
    throw new RedisError('ERR XX and NX options at the same time are not compatible');
  }
  if (
    (words.has('GT') && words.has('LT')) ||
    (words.has('NX') && (words.has('GT') || words.has('LT')))
  ) {
    throw new RedisError('ERR GT, LT, and/or NX options at the same time are not compatible');
  }
  if (words.has('INCR') && pairs.length > 2) {
    throw new RedisError('ERR INCR option supports a single increment-element pair');
  }
}

function isWanted(words: ReadonlySet<string>, old: number | undefined, next: number): boolean {
  if (old === undefined) return !words.has('XX');
  if (words.has('NX')) return false;
  return !(words.has('GT') && next <= old) && !(words.has('LT') && next >= old);
}

function remove(call: Call, members: readonly Bytes[]): Reply {
  const set = setOf(call);
  const gone = members.filter((member) => set?.delete(member)).length;
  if (gone > 0) call.keyspace.changed(argument(call.args, 0));
  return gone;
}

function pop(call: Call, highest: boolean): Reply {
  const [key = '', many = '1'] = call.args;
  const most = toInteger(many);
  if (most < 0) throw new RedisError('ERR value is out of range, must be positive');
  const set = setOf(call);
  if (!set) return [];
  const sorted = highest ? set.sorted.toReversed() : set.sorted;
  const popped = sorted.slice(0, most);
  for (const { member } of popped) set.delete(member);
  call.keyspace.changed(key);
  return shown(popped, true);
}

/** Draws `many` distinct random members; if `many` is negative, draws with repetition. */
function draw(sorted: readonly Scored[], many: number): Scored[] {
  const pick = (from: readonly Scored[]): number => Math.floor(Math.random() * from.length);
  if (many < 0) {
    return Array.from({ length: -many }, () => sorted[pick(sorted)]).filter(
      (one) => one !== undefined,
    );
  }
  const left = [...sorted];
  return Array.from({ length: Math.min(many, left.length) }, () =>
    left.splice(pick(left), 1),
  ).flat();
}

function range(call: Call): Reply {
  const [, start = '', stop = '', ...rest] = call.args;
  const { BYSCORE, BYLEX, REV, LIMIT, WITHSCORES } = readOptions(rest, {
    ...{ BYSCORE: 0, BYLEX: 0, REV: 0, LIMIT: 2, WITHSCORES: 0 },
  });
  if (BYLEX) throw new RedisError('ERR BYLEX is not supported by this Redis in memory');
  if (count(LIMIT) > 0 && !BYSCORE) {
    throw new RedisError(
      'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
    );
  }
  const isReversed = REV !== undefined;
  const found = BYSCORE
    ? limited(scores(call, start, stop, isReversed), LIMIT)
    : byIndex(call, start, stop, isReversed);
  return shown(found, WITHSCORES !== undefined);
}

function rangeByScore(call: Call, isReversed: boolean): Reply {
  const [, start = '', stop = '', ...rest] = call.args;
  const { LIMIT, WITHSCORES } = readOptions(rest, { LIMIT: 2, WITHSCORES: 0 });
  return shown(limited(scores(call, start, stop, isReversed), LIMIT), WITHSCORES !== undefined);
}

function byIndex(call: Call, start: Bytes, stop: Bytes, isReversed: boolean): Scored[] {
  const [from, to] = [toInteger(start), toInteger(stop)];
  const sorted = setOf(call)?.sorted ?? [];
  return slice(isReversed ? sorted.toReversed() : sorted, from, to);
}

/** Returns the members between two scores; if reversed, from the highest, with the higher bound given first. */
function scores(call: Call, start: Bytes, stop: Bytes, isReversed: boolean): Scored[] {
  return isReversed ? between(call, stop, start).reverse() : between(call, start, stop);
}

function between(call: Call, min: Bytes, max: Bytes): Scored[] {
  const [low, high] = [bound(min), bound(max)];
  return (setOf(call)?.sorted ?? []).filter(
    ({ score }) =>
      (low.exclusive ? score > low.score : score >= low.score) &&
      (high.exclusive ? score < high.score : score <= high.score),
  );
}

function bound(text: Bytes): { score: number; exclusive: boolean } {
  const exclusive = text.startsWith('(');
  try {
    return { score: toFloat(exclusive ? text.slice(1) : text), exclusive };
  } catch {
    throw new RedisError('ERR min or max is not a float');
  }
}

function limited(found: Scored[], limit: readonly Bytes[] | undefined): Scored[] {
  if (!limit) return found;
  const [offset, most] = [toInteger(limit[0] ?? ''), toInteger(limit[1] ?? '')];
  if (offset < 0) return [];
  return found.slice(offset, most < 0 ? undefined : offset + most);
}

function shown(found: readonly Scored[], withScores: boolean): Reply {
  return found.flatMap(({ member, score }) => (withScores ? [member, floatText(score)] : member));
}
