import { describe, expect, it } from '@jest/globals';
import { Job } from './job.js';
import { parseEntry } from './job-entry.js';
import { compose, type Middleware } from './middleware.js';

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

  it('lets a middleware see, and swallow, what the handler throws', async () => {
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
});
