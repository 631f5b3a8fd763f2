import { describe, expect, it } from '@jest/globals';
import { Job } from '../job/job.js';
import { parseEntry } from '../job/job-entry.js';
import { Gate } from '../../../../test/support/gate.js';
import { LateNextError } from '../errors/errors.js';
import { compose, type Middleware } from './middleware.js';
import { type Handler } from '../job/handler.js';

const job = new Job(parseEntry('{"name":"n"}'));

describe('compose', () => {
  it('runs middleware around the handler from first to last, with one context', async () => {
    const trace =
      (name: string): Middleware<string[]> =>
      async (_job, next, log) => {
        log.push(`${name} in`);
        await next();
        log.push(`${name} out`);
      };
    const log: string[] = [];
    const run = compose([trace('a'), trace('b')], (_job, context: string[]) =>
      context.push('handler'),
    );
    await run(job, log);
    expect(log).toEqual(['a in', 'b in', 'handler', 'b out', 'a out']);
  });

  it('does not run the handler when a middleware does not go on', async () => {
    const ran: string[] = [];
    const run = compose([() => ran.push('middleware')], () => ran.push('handler'));
    await run(job, undefined);
    expect(ran).toEqual(['middleware']);
  });

  it("lets a middleware see and swallow the handler's error", async () => {
    const seen: unknown[] = [];
    const run = compose(
      [async (_job, next) => next().catch((error: unknown) => seen.push(error))],
      () => {
        throw new Error('boom');
      },
    );
    await run(job, undefined);
    expect(seen).toEqual([new Error('boom')]);
  });

  const boom = new Error('boom');
  const fails = async (): Promise<never> => {
    await Promise.resolve();
    throw boom;
  };
  const failsAtOnce = (): never => {
    throw boom;
  };

  /** How a job ends whose middleware and handler these are. */
  async function outcome(middleware: Middleware, handler: Handler): Promise<unknown> {
    return Promise.resolve(compose([middleware], handler)(job, undefined)).then(
      () => 'done',
      (error: unknown) => error,
    );
  }

  it.each<[string, Middleware]>([
    ['calls next()', (_job, next) => void next()],
    [
      'calls next() and awaits something else',
      async (_job, next) => {
        void next();
        await Promise.resolve();
      },
    ],
    ['goes on from it', (_job, next) => void next().then(() => undefined)],
    ['cleans up', (_job, next) => void next().finally(() => undefined)],
    [
      'cleans up twice',
      (_job, next) =>
        void next()
          .finally(() => undefined)
          .finally(() => undefined),
    ],
    [
      'calls it in a callback',
      async (_job, next) =>
        new Promise<void>((resolve) =>
          setImmediate(() => {
            void next();
            resolve();
          }),
        ),
    ],
  ])('waits for the handler where a middleware only %s', async (_what, middleware) => {
    const log: string[] = [];
    const gate = new Gate();
    const slow: Handler = async () => {
      await gate.pass();
      log.push('handler ended');
    };
    const ended = outcome(middleware, slow).then((result) => log.push(String(result)));
    await gate.reached;
    gate.open();
    await ended;
    expect(log).toEqual(['handler ended', 'done']);
    expect(await outcome(middleware, fails)).toBe(boom);
    expect(await outcome(middleware, failsAtOnce)).toBe(boom);
  });

  it.each<[string, Middleware]>([
    ['without waiting', (_job, next) => void next().catch(() => undefined)],
    ['by a callback', (_job, next) => void next().then(undefined, () => undefined)],
    [
      'and waits',
      async (_job, next) => {
        try {
          await next();
        } catch {
          // It is done all the same.
        }
      },
    ],
    ['among others', async (_job, next) => Promise.allSettled([next()])],
  ])('lets a middleware swallow a failure %s', async (_what, middleware) => {
    expect(await outcome(middleware, fails)).toBe('done');
    expect(await outcome(middleware, failsAtOnce)).toBe('done');
  });

  it('runs the handler once, however often it is asked to', async () => {
    let runs = 0;
    const twice: Middleware = async (_job, next) => {
      expect(next()).toBe(next());
      await next();
      await next();
    };
    expect(await outcome(twice, () => runs++)).toBe('done');
    expect(await outcome(twice, fails)).toBe(boom);
    expect(runs).toBe(1);
  });

  it("ends with the middleware's error once the handler has ended, even if the middleware did not wait for it", async () => {
    const log: string[] = [];
    const own = new Error('own');
    const middleware: Middleware = (_job, next) => {
      void next();
      throw own;
    };
    const slow: Handler = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      log.push('ended');
    };
    expect(await outcome(middleware, slow)).toBe(own);
    expect(log).toEqual(['ended']);
    expect(await outcome(middleware, fails)).toBe(own);
  });

  it('lets a middleware give up on a handler', async () => {
    const own = new Error('took too long');
    const limit: Middleware = async (_job, next) => Promise.race([next(), Promise.reject(own)]);
    expect(await outcome(limit, () => new Promise(() => undefined))).toBe(own);
  });

  it('does not run the handler when a middleware calls next() late, and reports this', async () => {
    const told: Error[] = [];
    let late: (() => Promise<void>) | undefined;
    const middleware: Middleware = (_job, next) => void (late = next);
    let runs = 0;
    await compose(
      [middleware],
      () => runs++,
      (error) => told.push(error),
    )(job, undefined);
    void late?.();
    await expect(late?.()).rejects.toThrow('after it had returned');
    expect(runs).toBe(0);
    expect(told).toEqual([expect.any(LateNextError)]);
  });
});
