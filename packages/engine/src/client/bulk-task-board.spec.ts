import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FakeClock } from '../testing/fake-clock.js';
import { TestNamespace } from '../testing/test-redis.js';
import { BulkTaskBoard } from './bulk-task-board.js';

const WORK = 'delete dead';

let ns: TestNamespace;
let clock: FakeClock;
let board: BulkTaskBoard;

beforeEach(() => {
  ns = new TestNamespace();
  clock = new FakeClock();
  board = new BulkTaskBoard({ connection: ns.connection, keys: ns.keys, clock });
});

afterEach(() => ns.close());

it('shows a task to all processes, and refuses a second one of the same work', async () => {
  expect(await board.begin('1', WORK, 'begun')).toBe(true);
  const elsewhere = new BulkTaskBoard({ connection: ns.connection, keys: ns.keys, clock });
  expect(await elsewhere.begin('2', WORK, 'begun')).toBe(false);
  expect(await elsewhere.begin('3', 'delete retry', 'begun')).toBe(true);
  expect(await elsewhere.list()).toEqual([
    { id: '1', text: 'begun', isAlive: true },
    { id: '3', text: 'begun', isAlive: true },
  ]);
  await board.end('1', WORK, 'done');
  expect((await elsewhere.list())[0]).toEqual({ id: '1', text: 'done', isAlive: false });
  expect(await elsewhere.begin('2', WORK, 'begun')).toBe(true);
});

it('tells the working process that another one has cancelled its task', async () => {
  await board.begin('1', WORK, 'begun');
  expect(await board.beat('1', WORK, '10 done')).toBe(false);
  await new BulkTaskBoard({ connection: ns.connection, keys: ns.keys }).cancel('1');
  expect(await board.beat('1', WORK, '20 done')).toBe(true);
});

it('keeps the note of a task whose process has died, and lets another process start the work', async () => {
  await board.begin('1', WORK, 'begun');
  expect(await ns.redis.pttl(ns.keys.bulkTaskLease(WORK))).toBeLessThanOrEqual(15_000);
  await ns.redis.del(ns.keys.bulkTaskLease(WORK)); // as its end of life does
  expect(await board.list()).toEqual([{ id: '1', text: 'begun', isAlive: false }]);
  expect(await board.begin('2', WORK, 'begun')).toBe(true);
});

it('ends a task whose process was silent for so long that another one started the same work', async () => {
  await board.begin('1', WORK, 'begun');
  await ns.redis.del(ns.keys.bulkTaskLease(WORK)); // as its end of life does
  expect(await board.beat('1', WORK, '10 done')).toBe(false);
  await ns.redis.del(ns.keys.bulkTaskLease(WORK));
  expect(await board.begin('2', WORK, 'begun')).toBe(true);
  expect(await board.beat('1', WORK, '20 done')).toBe(true);
  expect(await board.beat('2', WORK, '1 done')).toBe(false);
  await board.end('1', WORK, 'cancelled');
  expect(await board.list()).toEqual([
    { id: '1', text: 'cancelled', isAlive: false },
    { id: '2', text: '1 done', isAlive: true },
  ]);
});

it('removes old notes, ended ones beyond a hundred, and ones that it cannot read', async () => {
  await board.begin('old', 'a', 'x');
  await board.end('old', 'a', 'x');
  clock.advance(3_700);
  await ns.redis.hset(ns.keys.bulkTasks, 'odd', 'null', 'odder', 'no JSON', 'oddest', '{}');
  for (let i = 0; i < 102; i++) {
    await board.begin(String(i), `b${i}`, 'x');
    await board.end(String(i), `b${i}`, 'x');
  }
  await board.begin('last', 'c', 'x');
  const ids = (await board.list()).map(({ id }) => id);
  expect(ids).toHaveLength(101);
  expect(ids).not.toContain('old');
  expect(await ns.redis.pttl(ns.keys.bulkTasks)).toBeGreaterThan(0);
});

it('keeps the notes of running tasks, however many there are', async () => {
  await board.begin('first', WORK, 'x');
  await board.cancel('first');
  for (let i = 0; i < 101; i++) await board.begin(String(i), `b${i}`, 'x');
  expect(await board.list()).toContainEqual({ id: 'first', text: 'x', isAlive: true });
  expect(await board.beat('first', WORK, 'x')).toBe(true);
});
