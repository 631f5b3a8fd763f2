import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalRedis } from '@nestcraft/local-redis';
import {
  ClosedError,
  EnqueueRejectedError,
  EnqueueOutcomeUnknownError,
  NotConnectedError,
} from '@nestcraft/work';
import { Redis, ReplyError } from 'ioredis';
import { problemOfRedis } from './redis-problem.js';
import { ADAPTERS, Dashboards, deadEntry, send } from '../testing/dashboards.js';

function reply(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

describe('problems of Redis', () => {
  it.each<[string, Error, number, string]>([
    ['is busy', reply('BUSY Redis is busy running a script'), 503, 'redis_busy'],
    ['is full', reply("OOM command not allowed when used memory > 'maxmemory'"), 503, 'redis_oom'],
    [
      'is full, in a script',
      reply('ERR Error running script (call to f_1): @user_script:1: -OOM command'),
      503,
      'redis_oom',
    ],
    [
      'is a replica',
      reply("READONLY You can't write against a read only replica"),
      503,
      'redis_readonly',
    ],
    ['is loading', reply('LOADING Redis is loading the dataset in memory'), 503, 'redis_loading'],
    [
      'cannot save',
      reply('MISCONF Redis is configured to save RDB snapshots'),
      503,
      'redis_misconf',
    ],
    ['moves slots', reply('TRYAGAIN Multiple keys request'), 503, 'redis_tryagain'],
    ['does not let us', reply('NOPERM no permissions'), 500, 'redis_refused'],
    ['has another kind of key', reply('WRONGTYPE Operation against a key'), 500, 'redis_refused'],
    ['is away', new NotConnectedError('client', 5_000), 503, 'redis_unreachable'],
    [
      'was not reached',
      new Error("Stream isn't writeable and enableOfflineQueue is false"),
      503,
      'redis_unreachable',
    ],
    ['is slow', new Error('Command timed out'), 503, 'redis_timed_out'],
    ['was lost', new Error('read ECONNRESET'), 503, 'redis_timed_out'],
    [
      'took no job',
      new EnqueueRejectedError(['n'], reply('OOM command not allowed')),
      503,
      'redis_oom',
    ],
    [
      'was not reached with a job',
      new EnqueueRejectedError(
        ['n'],
        new NotConnectedError('x', 1, new Error('connect ECONNREFUSED')),
      ),
      503,
      'redis_unreachable',
    ],
    [
      'may have a job',
      new EnqueueOutcomeUnknownError(['n'], new Error('Command timed out')),
      503,
      'redis_timed_out',
    ],
    ['is not asked any more', new ClosedError('client'), 503, 'closing'],
  ])('it %s', (_what, error, status, code) => {
    const problem = problemOfRedis(error, false);
    expect([problem?.getStatus(), problem?.code]).toEqual([status, code]);
    const { title } = problem?.getResponse() as { title: string };
    expect(title).toMatch(/^(The |This )?(Redis|application|master)/);
    expect(problem?.detail).not.toContain('unknown');
  });

  it('says that the outcome of an unanswered change is unknown', () => {
    const { detail = '' } = problemOfRedis(new Error('Command timed out'), true) ?? {};
    expect(detail).toContain('It is unknown whether the change was made');
    const refused = problemOfRedis(new NotConnectedError('client', 5_000), true);
    expect(refused?.detail).toContain('Nothing was changed');
  });

  it('is not the cause of other errors', () => {
    expect(problemOfRedis(new TypeError('x is not a function'), true)).toBeUndefined();
  });
});

describe.each(ADAPTERS)('a Redis that fails, with %s', (_name, fastify) => {
  let dashboards: Dashboards;
  let server: LocalRedis;
  let admin: Redis;

  beforeEach(async () => {
    dashboards = new Dashboards();
    server = await LocalRedis.start();
    admin = new Redis(server.url);
  });

  afterEach(async () => {
    await admin.call('CLIENT', 'UNPAUSE');
    admin.disconnect();
    await dashboards.close();
    await server.stop();
  });

  it('appears in plain words, without a stack in the log', async () => {
    const log: string[] = [];
    const work = { redis: server.url, namespace: dashboards.namespace };
    const url = await dashboards.serve({}, { fastify, work, log });
    await admin.zadd(`${dashboards.namespace}:dead`, 1, deadEntry('1'));
    const told = async (answer: Response): Promise<unknown> => {
      const { status, code, title } = (await answer.json()) as Record<string, unknown>;
      return [answer.status, status, code, title];
    };
    await admin.call('CONFIG', 'SET', 'maxmemory', '1');
    expect(await told(await send(`${url}/api/queues/n/pause`))).toEqual([
      ...[503, 503, 'redis_oom', 'Redis is out of memory.'],
    ]);
    await admin.call('CONFIG', 'SET', 'maxmemory', '0');
    await admin.call('CLIENT', 'PAUSE', '6000', 'ALL');
    const slow = await send(`${url}/api/queues/n/pause`);
    expect(await slow.json()).toMatchObject({
      ...{ status: 503, code: 'redis_timed_out', title: 'Redis did not answer in time.' },
      detail: expect.stringContaining('It is unknown'),
    });
    expect(log.filter((line) => line.startsWith('ERROR'))).toEqual([]);
    expect(log.join('\n')).not.toMatch(/\n {4}at /);
    expect(log.filter((line) => line.startsWith('WARN Redis is out of memory'))).toHaveLength(1);
    expect(log).toContainEqual(expect.stringContaining(') is unknown '));
  });
});
