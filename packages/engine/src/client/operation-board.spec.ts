import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { OperationBoard } from './operation-board.js';

const WHAT = 'delete dead';

let ns: TestNamespace;
let clock: FakeClock;
let board: OperationBoard;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock();
  board = new OperationBoard({ connection: ns.connection, keys: ns.keys, clock });
});

afterEach(() => ns.close());

it('shows an operation to all, and takes no second one of the same work', async () => {
  expect(await board.begin('1', WHAT, 'begun')).toBe(true);
  const elsewhere = new OperationBoard({ connection: ns.connection, keys: ns.keys, clock });
  expect(await elsewhere.begin('2', WHAT, 'begun')).toBe(false);
  expect(await elsewhere.begin('3', 'delete retry', 'begun')).toBe(true);
  expect(await elsewhere.list()).toEqual([
    { id: '1', text: 'begun', isAlive: true },
    { id: '3', text: 'begun', isAlive: true },
  ]);
  await board.end('1', WHAT, 'done');
  expect((await elsewhere.list())[0]).toEqual({ id: '1', text: 'done', isAlive: false });
  expect(await elsewhere.begin('2', WHAT, 'begun')).toBe(true);
});

it('tells the process at work that another wants the end', async () => {
  await board.begin('1', WHAT, 'begun');
  expect(await board.beat('1', WHAT, '10 done')).toBe(false);
  await new OperationBoard({ connection: ns.connection, keys: ns.keys }).cancel('1');
  expect(await board.beat('1', WHAT, '20 done')).toBe(true);
});

it('keeps the trace of one whose process has died, for others to go on after', async () => {
  await board.begin('1', WHAT, 'begun');
  expect(await ns.redis.pttl(ns.keys.operationLease(WHAT))).toBeLessThanOrEqual(15_000);
  await ns.redis.del(ns.keys.operationLease(WHAT)); // as its end of life does
  expect(await board.list()).toEqual([{ id: '1', text: 'begun', isAlive: false }]);
  expect(await board.begin('2', WHAT, 'begun')).toBe(true);
});

it('ends one whose process was silent for so long that another has begun the same', async () => {
  await board.begin('1', WHAT, 'begun');
  await ns.redis.del(ns.keys.operationLease(WHAT)); // as its end of life does
  expect(await board.beat('1', WHAT, '10 done')).toBe(false);
  await ns.redis.del(ns.keys.operationLease(WHAT));
  expect(await board.begin('2', WHAT, 'begun')).toBe(true);
  expect(await board.beat('1', WHAT, '20 done')).toBe(true);
  expect(await board.beat('2', WHAT, '1 done')).toBe(false);
  await board.end('1', WHAT, 'cancelled');
  expect(await board.list()).toEqual([
    { id: '1', text: 'cancelled', isAlive: false },
    { id: '2', text: '1 done', isAlive: true },
  ]);
});

it('forgets what is old, what is too much, and what is none', async () => {
  await board.begin('old', 'a', 'x');
  clock.advance(3_700);
  await ns.redis.hset(ns.keys.operations, 'odd', 'null', 'odder', 'no JSON', 'oddest', '{}');
  for (let i = 0; i < 102; i++) await board.begin(String(i), `b${i}`, 'x');
  const ids = (await board.list()).map(({ id }) => id);
  expect(ids).toHaveLength(101);
  expect(ids).not.toContain('old');
  expect(await ns.redis.pttl(ns.keys.operations)).toBeGreaterThan(0);
});
