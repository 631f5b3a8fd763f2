import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Gate } from '../../../../test/support/gate.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import type { EnqueueMiddleware } from './enqueue-middleware.js';
import { EnqueueRejectedError, EnqueueStoppedError, InvalidOptionError } from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let enqueuer: Enqueuer;

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
});

afterEach(async () => {
  await enqueuer.close();
  await ns.close();
});

it('runs around a call, the first outermost, and hears which jobs Redis has taken', async () => {
  const seen: unknown[] = [];
  enqueuer.middleware(async (jobs, next) => {
    seen.push(jobs.map(({ args }) => args));
    const taken = await next();
    seen.push(taken.map(({ id }) => id));
  });
  enqueuer.middleware(async (_jobs, next) => {
    seen.push(await ns.redis.llen(ns.keys.queue('n')));
    await next();
    seen.push(await ns.redis.llen(ns.keys.queue('n')));
  });
  const jobs = await enqueuer.enqueueMany([{ name: 'n', args: { a: 1 } }, { name: 'n' }]);
  expect(seen).toEqual([[{ a: 1 }, {}], 0, 2, jobs.map(({ id }) => id)]);
});

it('hears that a unique job waits already', async () => {
  const taken: number[] = [];
  enqueuer.middleware(async (_jobs, next) => taken.push((await next()).length));
  await enqueuer.enqueue('n', undefined, { unique: true });
  await enqueuer.enqueue('n', undefined, { unique: true });
  expect(taken).toEqual([1, 0]);
  await enqueuer.enqueueMany([
    { name: 'n', options: { unique: true } },
    { name: 'n', options: { in: '1h' } },
    { name: 'n' },
  ]);
  expect(taken).toEqual([1, 0, 2]);
});

it('keeps jobs from being enqueued by not going on, and the caller hears of it', async () => {
  enqueuer.middleware(() => undefined);
  await expect(enqueuer.enqueue('n', undefined, { in: '1m' })).rejects.toThrow(EnqueueStoppedError);
  expect(await ns.set('scheduled')).toEqual([]);
});

it('fails the call with its error', async () => {
  enqueuer.middleware(() => {
    throw new RangeError('over quota');
  });
  await expect(enqueuer.enqueue('n')).rejects.toThrow(RangeError);
  expect(await ns.queue('n')).toEqual([]);
});

it('has closing wait for it', async () => {
  const gate = new Gate();
  enqueuer.middleware(async (_jobs, next) => {
    await gate.pass();
    await next();
  });
  const enqueued = enqueuer.enqueue('n');
  await gate.reached;
  const closed = enqueuer.close();
  gate.open();
  await closed;
  await expect(enqueued).resolves.toMatchObject({ job: { name: 'n' } });
  expect(await ns.queue('n')).toHaveLength(1);
});

it('must be a function', () => {
  expect(() => enqueuer.middleware(7 as never)).toThrow(InvalidOptionError);
});

it.each<[string, EnqueueMiddleware]>([
  ['calls next()', (_jobs, next) => void next()],
  ['goes on from it', (_jobs, next) => void next().then(({ length }) => length)],
  ['cleans up', (_jobs, next) => void next().finally(() => undefined)],
  [
    'calls it twice',
    async (_jobs, next) => {
      await next();
      await next();
    },
  ],
])(
  'sends the jobs once where a middleware only %s, and fails as the call does',
  async (_what, middleware) => {
    enqueuer.middleware(middleware);
    enqueuer.middleware((_jobs, next) => void next());
    const job = await enqueuer.enqueue('n');
    expect(await ns.queue('n')).toEqual([expect.stringContaining(job.id)]);
    await ns.redis.set(ns.keys.queue('wrong'), 'a text');
    await expect(enqueuer.enqueue('wrong')).rejects.toThrow(EnqueueRejectedError);
  },
);

it('enqueues nothing when it goes on after the call has failed', async () => {
  let late: (() => Promise<readonly Job[]>) | undefined;
  enqueuer.middleware((_jobs, next) => void (late = next));
  await expect(enqueuer.enqueue('n')).rejects.toThrow(EnqueueStoppedError);
  await expect(late?.()).rejects.toThrow(EnqueueStoppedError);
  expect(await ns.queue('n')).toEqual([]);
});
