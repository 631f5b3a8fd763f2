import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defer, from, NEVER, Observable, of, throwError, timer, EMPTY } from 'rxjs';
import { tap } from 'rxjs/operators';
import { Gate } from '../../../../test/support/gate.js';
import { eventually } from '../../../../test/support/eventually.js';
import type { Outcome } from '../run/fate.js';
import { parseEntry } from '../job/job-entry.js';
import { jobType } from '../job/job-type.js';
import { Worker } from '../run/worker.js';
import { currentJob } from './current-job.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { workIn } from './returned-work.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from '../pool/worker-pool.js';
import type { SettledJob } from '../pool/pool-events.js';
import type { Handler } from '../job/handler.js';

let ns: TestNamespace;
let pool: WorkerPool | undefined;
let enqueuer: Enqueuer;
let ran: unknown[];

beforeEach(() => {
  ns = new TestNamespace();
  enqueuer = new Enqueuer(ns.options);
  ran = [];
});

afterEach(async () => {
  await pool?.stop();
  pool = undefined;
  await enqueuer.close();
  await ns.close();
});

/** Runs one job; tells how it ended. */
async function run(
  handler: Handler,
  options: Partial<WorkerPoolOptions> = {},
  jobOptions: { timeout?: number } = {},
): Promise<SettledJob> {
  const made = new WorkerPool({ ...ns.options, logger: silentLogger, ...options });
  pool = made;
  made.job('n', { maxFails: 1, ...jobOptions }, handler);
  const settled = new Promise<SettledJob>((resolve) => made.once('settled', resolve));
  await made.start();
  await enqueuer.enqueue('n');
  return settled;
}

/** How a worker says that a run of the handler has ended. */
async function outcome(handler: Handler<never>): Promise<Outcome> {
  const worker = new Worker<never>({
    ...{ id: 'w', context: () => ({}) as never, now: () => 0, elapsed: () => 0 },
    onCheckin: () => undefined,
  });
  const entry = parseEntry('{"name":"n","id":"i"}');
  return new Promise((resolve) => worker.run(entry, '', jobType('n', {}, handler), resolve));
}

async function* generating(): AsyncGenerator<number> {
  ran.push('begun');
  yield await Promise.resolve(1);
  ran.push('ended');
}

describe('the value that a handler returns', () => {
  it.each<[string, Handler]>([
    ['an Observable', () => defer(() => of(ran.push('work')))],
    ['an Observable of a promise', async () => Promise.resolve(defer(() => of(ran.push('work'))))],
    ['an Observable without a value', () => defer(() => (ran.push('work'), EMPTY))],
    ['an Observable that takes its time', () => timer(5).pipe(tap(() => ran.push('work')))],
    ['one of another library', () => ({ '@@observable': () => defer(() => of(ran.push('work'))) })],
    [
      'a generator',
      function* () {
        yield Promise.resolve(ran.push('work'));
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        yield await Promise.resolve(ran.push('work'));
      },
    ],
    ['a lazy iterator', () => Readable.from([1]).map(() => ran.push('work'))],
    ['a stream', () => Readable.from([1, 2]).on('end', () => ran.push('work'))],
    [
      'a web stream',
      () =>
        new ReadableStream(
          {
            pull: (controller) => {
              ran.push('work');
              controller.close();
            },
          },
          { highWaterMark: 0 },
        ),
    ],
    [
      'a thenable',
      () => ({
        then: (done: () => void) => {
          ran.push('work');
          done();
        },
      }),
    ],
    [
      'promises in an array',
      () => [1].map(async () => Promise.resolve().then(() => ran.push('work'))),
    ],
    ['Observables in an array', () => [1].map(() => defer(() => of(ran.push('work'))))],
  ])('is done when it is %s', async (_what, handler) => {
    expect(await outcome(handler)).toEqual({ kind: 'returned' });
    expect(ran).toEqual(['work']);
  });

  it.each<[string, Handler, string]>([
    ['an Observable', () => throwError(() => new Error('of it')), 'of it'],
    [
      'an Observable that throws at once',
      () =>
        new Observable(() => {
          throw new Error('of it');
        }),
      'of it',
    ],
    [
      'an asynchronous generator',
      async function* () {
        yield await Promise.resolve(1);
        throw new Error('of it');
      },
      'of it',
    ],
    [
      'a generator',
      function* () {
        yield Promise.reject(new Error('of it'));
      },
      'of it',
    ],
    [
      'a stream',
      () =>
        new Readable({
          read() {
            this.destroy(new Error('of it'));
          },
        }),
      'of it',
    ],
    [
      'promises in an array',
      () => [Promise.resolve(), Promise.reject(new Error('of it'))],
      'of it',
    ],
    [
      'a function',
      () => () => ran.push('never'),
      'The handler, or a middleware, returned a function',
    ],
    [
      'a revoked Proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
      'revoked',
    ],
    [
      'what throws when it is waited for',
      () => ({
        get then(): never {
          throw new Error('of it');
        },
      }),
      'of it',
    ],
  ])('fails the job when it is %s that does', async (_what, handler, message) => {
    expect(await outcome(handler)).toEqual({
      kind: 'threw',
      error: expect.objectContaining({ message: expect.stringContaining(message) }),
    });
    expect(ran).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['a value', () => ({ rows: [1, { a: 2 }], next: 'page', subscribe: true })],
    ['what has a subscribe of another kind', () => ({ subscribe: () => ran.push('no') })],
    ['a Map', () => new Map([[1, 2]])],
    ['an EventEmitter', () => new EventEmitter()],
    ['a stream that somebody reads', () => new PassThrough().resume()],
    [
      'a Proxy that knows no such property',
      () =>
        new Proxy(
          {},
          {
            get: (_, key) => {
              if (key === 'then') return undefined;
              throw new Error('no');
            },
          },
        ),
    ],
  ])('is nothing to be done when it is %s', (_what, make) => {
    expect(workIn(make())).toBeUndefined();
    expect(ran).toEqual([]);
  });

  it('is within the middleware, and the current job', async () => {
    pool = new WorkerPool({ ...ns.options, currentJob: true });
    pool.middleware(async (_job, next) => {
      await next();
      ran.push('after');
    });
    pool.job('n', () => defer(() => of(ran.push(currentJob()?.name))));
    pool.job('m', () => generating());
    await enqueuer.enqueue('n');
    await pool.drain();
    await enqueuer.enqueue('m');
    await pool.drain();
    expect(ran).toEqual(['n', 'after', 'begun', 'ended', 'after']);
  });

  it('of a middleware is done, too', async () => {
    pool = new WorkerPool(ns.options);
    pool.middleware((_job, next) => from(next()).pipe(tap(() => ran.push('tapped'))));
    pool.job('n', async () => Promise.resolve(ran.push('work')));
    await enqueuer.enqueue('n');
    await pool.drain();
    expect(ran).toEqual(['work', 'tapped']);
  });

  it('ends when the job is cancelled', async () => {
    const gate = new Gate();
    let id = '';
    const waits: Handler = (job) =>
      new Observable(() => {
        id = job.id;
        void gate.pass();
        return () => ran.push('unsubscribed');
      });
    const settling = run(waits);
    await gate.reached;
    gate.open();
    await enqueuer.cancel(id);
    expect((await settling).fate).toEqual({ kind: 'cancelled' });
    expect(ran).toEqual(['unsubscribed']);
  });

  it('ends when its pool stops, and runs again', async () => {
    const gate = new Gate();
    const settling = run(
      async function* () {
        try {
          await gate.pass();
          for (;;) yield await new Promise((resolve) => setImmediate(resolve));
        } finally {
          ran.push('returned');
        }
      },
      { shutdownTimeout: 0 },
    );
    await gate.reached;
    gate.open();
    await pool?.stop();
    expect((await settling).fate).toEqual({ kind: 'putBack' });
    await eventually(() => expect(ran).toEqual(['returned']));
  });

  it('is given up when it takes too long', async () => {
    const { fate } = await run(() => NEVER, {}, { timeout: 10 });
    expect(fate).toMatchObject({
      kind: 'dead',
      failure: { error: expect.stringContaining('timeout of 10 ms') },
    });
  });
});
