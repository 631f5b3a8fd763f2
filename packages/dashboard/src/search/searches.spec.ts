import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { BusyWorkers } from '../views/busy-workers.js';
import { Client, type TimedJob } from '@nestcraft/work';
import type { UnreadEntry } from '@nestcraft/work/internal';
import { eventually } from '../../../../test/support/eventually.js';
import { MayContain } from './may-contain.js';
import { Pace } from './pace.js';
import { Presenters } from '../views/presenter.js';
import { Redactor } from '../security/redactor.js';
import type { Hit } from './hit.js';
import { Searches, SEARCH_TURNS } from './searches.js';
import { Dashboards, deadEntry, REDIS, StreamReader } from '../testing/dashboards.js';
import { Turns } from './turns.js';

const never = new AbortController().signal;

describe('turns', () => {
  it('are given to some callers at once, then to waiting callers in order', async () => {
    const turns = new Turns(2, 2);
    const begun: number[] = [];
    const waiting: number[] = [];
    const take = async (n: number, signal = never): Promise<() => void> => {
      const end = await turns.take(() => waiting.push(n), signal);
      begun.push(n);
      return end;
    };
    const [first, second] = [await take(1), await take(2)];
    expect(turns.isFull).toBe(false);
    const leaving = new AbortController();
    const [third, fourth] = [take(3, leaving.signal), take(4)];
    expect(turns.isFull).toBe(true);
    expect([begun, waiting]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    leaving.abort();
    (await third)();
    expect(turns.isFull).toBe(false);
    first();
    first(); // does no harm
    const end = await fourth;
    expect(begun).toEqual([1, 2, 3, 4]);
    second();
    end();
    const again = [await take(5), await take(6)];
    void take(7);
    expect(waiting).toEqual([3, 4, 7]);
    for (const one of again) one();
  });

  it('are not more at once because somebody leaves the line', async () => {
    const turns = new Turns(1, 3);
    const begun: number[] = [];
    const end = await turns.take(() => undefined, never);
    const leaving = new AbortController();
    const left = turns.take(() => undefined, leaving.signal);
    const next = turns
      .take(() => undefined, never)
      .then((over) => {
        begun.push(1);
        return over;
      });
    leaving.abort();
    (await left)();
    await new Promise(setImmediate);
    expect(begun).toEqual([]);
    end();
    (await next)();
    expect(begun).toEqual([1]);
    expect(turns.isIdle).toBe(true);
  });
});

describe('a search', () => {
  let dashboards: Dashboards;
  let client: Client;

  beforeEach(() => {
    dashboards = new Dashboards();
    client = new Client({ redis: REDIS, namespace: dashboards.namespace });
  });

  afterEach(async () => {
    client.close();
    await dashboards.close();
  });

  const searches = (pace: () => Pace): Searches =>
    new Searches(client, new BusyWorkers(client), new Presenters(new Redactor({})), pace);
  const search = (text: string, showsArgs = true) => ({
    ...{ text, where: ['dead'] as const, jobName: undefined, showsArgs },
  });

  async function fill(count: number, entry = (id: string) => deadEntry(id)): Promise<void> {
    const flat = Array.from({ length: count }, (_, i) => [String(i), entry(String(i))]).flat();
    await dashboards.redis.call('ZADD', `${dashboards.namespace}:dead`, ...flat);
  }

  it('holds the event loop for a few entries only, however many there are', async () => {
    await fill(1_000);
    let [looks, most, turn] = [0, 0, 0];
    // On this clock, to look at an entry takes a millisecond.
    const pace = () => new Pace(() => looks);
    const tick = setInterval(() => undefined, 1_000);
    const everyTurn = (): void => {
      most = Math.max(most, looks - turn);
      turn = looks;
      if (tick.hasRef()) setImmediate(everyTurn);
    };
    setImmediate(everyTurn);
    const counting = new Proxy(client, {
      get: (target, key) => {
        if (key !== 'dead') return bound(target, key);
        return {
          async *scanUnread() {
            for await (const entries of target.dead.scanUnread()) yield entries.map(counted);
          },
        };
      },
    });
    const counted = (one: UnreadEntry<TimedJob>) => ({
      ...one,
      read: () => {
        looks++;
        return one.read();
      },
    });
    const all = new Searches(
      ...([counting, new BusyWorkers(client), new Presenters(new Redactor({})), pace] as const),
    );
    await lastValueFrom(all.run(search('boom', false)).pipe(toArray()));
    tick.unref();
    clearInterval(tick);
    expect(looks).toBeGreaterThanOrEqual(200);
    expect(most).toBeLessThanOrEqual(5);
  });

  it('parses only possible hits', async () => {
    await fill(300);
    await dashboards.redis.zadd(`${dashboards.namespace}:dead`, 1, deadEntry('x', '{"to":"Ada"}'));
    let read = 0;
    const counting = new Proxy(client, {
      get: (target, key) => {
        if (key !== 'dead') return bound(target, key);
        return {
          async *scanUnread() {
            for await (const entries of target.dead.scanUnread()) {
              yield entries.map((one) => ({ ...one, read: () => (read++, one.read()) }));
            }
          },
        };
      },
    });
    const one = new Searches(
      ...([counting, new BusyWorkers(client), new Presenters(new Redactor({}))] as const),
    );
    const events = await lastValueFrom(one.run(search('"TO":"ada')).pipe(toArray()));
    expect(events.map(({ type }) => type)).toEqual(['hits', 'progress', 'end']);
    expect(read).toBe(1);
  });

  it('waits for its turn, says so, and gives it up when its reader leaves', async () => {
    await fill(20_000, (id) => `{"name":"n","id":"${id}","t":1,"args":null}`);
    const url = await dashboards.serve();
    const open = async () => new StreamReader(await fetch(`${url}/api/search?q=zz`));
    const [first, second] = [await open(), await open()];
    await eventually(() => expect(second.text).toContain('event: progress'));
    const line = await Promise.all(Array.from({ length: 8 }, open));
    const [third] = line;
    await eventually(() => expect(third?.text).toContain('event: waiting'));
    const refused = await fetch(`${url}/api/search?q=zz`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ code: 'too_many_searches' });
    expect(line.some(({ text }) => text.includes('event: progress'))).toBe(false);
    await first.cancel();
    await eventually(() =>
      expect(line.filter(({ text }) => text.includes('event: progress'))).toHaveLength(1),
    );
    for (const one of [second, ...line]) await one.cancel();
    await eventually(() => expect(SEARCH_TURNS.isIdle).toBe(true));
  });

  it('finds the same visible hits with and without checking bytes first', async () => {
    const args = { to: 'Ada <ada@example.com>', n: 'line\nline', e: 'é', q: 'a"b' };
    await dashboards.redis.zadd(
      `${dashboards.namespace}:dead`,
      ...[1, deadEntry('1', JSON.stringify(args), { err: 'say "no" & <go>\nat x' })],
      ...[2, deadEntry('2', '{"to":"\\u0041da \\u003cx\\u003e"}')],
      ...[3, 'no job at all'],
    );
    const plain = searches(() => new Pace());
    const redacted = new Searches(
      client,
      new BusyWorkers(client),
      new Presenters(new Redactor({ redact: ({ argsText }) => argsText })),
    );
    const words = [
      'ada',
      'say "no"',
      '<go>',
      '& <',
      'a"b',
      'É',
      'at x',
      'not a job',
      'sha1:a',
      'zz',
    ];
    for (const word of words) {
      const hits = async (one: Searches): Promise<unknown> =>
        lastValueFrom(
          one.run(search(word)).pipe(
            tap((event) => expect(event.type).not.toBe('failed')),
            toArray(),
          ),
        ).then((events) =>
          events
            .filter(({ type }) => type === 'hits')
            .flatMap(({ data }) => (JSON.parse(data) as Hit[]).map(({ job }) => job.id)),
        );
      expect([word, await hits(plain)]).toEqual([word, await hits(redacted)]);
    }
  });
});

function bound(target: Client, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}

it('the bytes of an entry may always contain its text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), fc.nat(), (text, from, length) => {
      const begin = from % (text.length + 1);
      const wanted = text.slice(begin, begin + 1 + (length % 8)).toLowerCase();
      if (!text.toLowerCase().includes(wanted)) return; // one letter may be two in lower case
      const escaped = JSON.stringify(text).replace(
        /[<>&]/g,
        (c) => `\\u00${c.charCodeAt(0).toString(16)}`,
      );
      for (const raw of [`{"err":${JSON.stringify(text)}}`, `{"err":${escaped}}`]) {
        expect(new MayContain(wanted).isIn(raw)).toBe(true);
        expect(new MayContain(wanted).isIn(Buffer.from(raw))).toBe(true);
      }
    }),
  );
  expect(new MayContain('zz').isIn('{"err":"a"}')).toBe(false);
});
