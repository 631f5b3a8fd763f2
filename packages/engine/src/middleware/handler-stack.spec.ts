import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { JobContractError, type LateNextError } from '../errors/errors.js';
import type { Handler } from '../job/handler.js';
import { Job } from '../job/job.js';
import { defineJob } from '../job/job-contract.js';
import { parseEntry } from '../job/job-entry.js';
import { currentJob } from './current-job.js';
import { handlerStack, type HandlerLayers } from './handler-stack.js';
import type { Middleware } from './middleware.js';

const NONE: HandlerLayers<string[]> = {
  ...{ currentJob: false, carriers: undefined, middleware: [] },
  onLateNext: () => undefined,
};

const contract = defineJob('n', z.object({ to: z.string().transform((to) => [to]) }));
const aJob = (args: object): Job =>
  new Job(parseEntry(JSON.stringify({ name: 'n', id: 'i', args })));

/** Writes to the log when it begins, with what it sees, and when it ends. */
function traced(name: string): Middleware<string[]> {
  return async (job, next, log) => {
    log.push(`${name} in ${currentJob()?.id} ${JSON.stringify(job.args)}`);
    await next();
    log.push(`${name} out`);
  };
}

/** Stands around a handler as propagators do. */
const carriers: HandlerLayers<string[]>['carriers'] = {
  around: <Context>(handler: Handler<Context>): Handler<Context> => {
    const trace = traced('carriers') as Middleware<never>;
    return (job, context) =>
      trace(
        job,
        () => Promise.resolve(handler(job, context)).then(() => undefined),
        context as never,
      );
  },
};

const handler: Handler<string[]> = (job, log) => {
  log.push(`handler ${JSON.stringify(job.args)}`);
};

describe('the handler stack', () => {
  it('is the handler itself where no layer is used', () => {
    expect(handlerStack({ handler }, NONE)).toBe(handler);
    expect(handlerStack({ handler, contract: defineJob('n') }, NONE)).toBe(handler);
  });

  it('runs current job, propagators, middleware, contract and handler, from the outside in', async () => {
    const middleware = [traced('first'), traced('second')];
    const layers = { ...NONE, currentJob: true, carriers, middleware };
    const log: string[] = [];
    await handlerStack({ handler, contract }, layers)(aJob({ to: 'a' }), log);
    expect(log).toEqual([
      'carriers in i {"to":"a"}',
      'first in i {"to":"a"}',
      'second in i {"to":"a"}',
      'handler {"to":["a"]}',
      'second out',
      'first out',
      'carriers out',
    ]);
  });

  it('lets middleware see a job whose arguments do not fit, which no handler gets', async () => {
    const seen: unknown[] = [];
    const middleware: Middleware<string[]> = async (_job, next) => {
      await next().catch((error: unknown) => seen.push(error));
    };
    const log: string[] = [];
    await handlerStack(
      { handler, contract },
      { ...NONE, middleware: [middleware] },
    )(...([aJob({ to: 7 }), log] as const));
    expect([seen, log]).toEqual([[expect.any(JobContractError)], []]);
  });

  it('reports a middleware that goes on after it has ended', async () => {
    const late: LateNextError[] = [];
    let next: (() => Promise<void>) | undefined;
    const middleware: Middleware<string[]> = (_job, goOn) => void (next = goOn);
    const layers = { ...NONE, middleware: [middleware] };
    const stack = handlerStack({ handler }, { ...layers, onLateNext: (one) => late.push(one) });
    const log: string[] = [];
    await stack(aJob({}), log);
    await expect(next?.()).rejects.toMatchObject({ jobId: 'i' });
    expect([late.map(({ jobId }) => jobId), log]).toEqual([['i'], []]);
  });
});
