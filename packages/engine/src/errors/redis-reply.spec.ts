import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { NotConnectedError, UnsupportedRedisError } from './errors.js';
import { redisProblem } from '../redis/redis-problem.js';
import { isRefusal, plainReply } from './redis-reply.js';

function reply(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

const SHA = '0123456789abcdef0123456789abcdef01234567';

describe('plainReply', () => {
  it.each([
    [
      `OOM command not allowed when used memory > 'maxmemory'. script: ${SHA}, on @user_script:1.`,
      "OOM command not allowed when used memory > 'maxmemory'",
    ],
    [
      `READONLY You can't write against a read only replica. script: ${SHA}, on @user_script:12.`,
      "READONLY You can't write against a read only replica",
    ],
    [
      `ERR Error running script (call to f_${SHA}): @user_script:12: OOM command not allowed`,
      'OOM command not allowed',
    ],
    [
      `ERR Error running script (call to f_${SHA}): @user_script: 3: -WRONGTYPE Operation`,
      'WRONGTYPE Operation',
    ],
    [
      `ERR user_script:3: attempt to index nil script: ${SHA}, on @user_script:3.`,
      'ERR user_script:3: attempt to index nil',
    ],
    ['WRONGPASS invalid username-password pair', 'WRONGPASS invalid username-password pair'],
  ])('of %p is %p', (message, plain) => expect(plainReply(message)).toBe(plain));
});

describe('redisProblem', () => {
  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'the password'],
    ['NOAUTH Authentication required.', 'the password'],
    ['ERR invalid password', 'the password'],
    ["NOPERM this user has no permissions to run the 'eval' command", 'the commands and keys'],
    ['ERR DB index is out of range', 'Choose a database'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'more memory'],
    ['MISCONF Redis is configured to save RDB snapshots', 'its log and its disk'],
    ["READONLY You can't write against a read only replica.", 'connect to the master'],
    ['NOREPLICAS Not enough good replicas to write.', 'replicas'],
    ['LOADING Redis is loading the dataset in memory', 'wait'],
    ['BUSY Redis is busy running a script.', 'SCRIPT KILL'],
    ['CLUSTERDOWN Hash slot not served', 'nodes of the Cluster'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'master'],
  ])('of %p says what to do', (message, advice) => {
    const problem = redisProblem(reply(message));
    expect(problem).toMatch(/^Redis refuses: [^.]+(\.[^.]+)*\.$/);
    expect(problem).toContain(message.replace(/\.$/, '. '));
    expect(problem).toContain(advice);
    expect(problem).not.toContain('..');
  });

  it('distinguishes a Redis that is away from one that refuses commands', () => {
    const away = new Error('connect ECONNREFUSED 127.0.0.1:1');
    expect(redisProblem(away)).toBe('Redis does not answer: connect ECONNREFUSED 127.0.0.1:1.');
    expect(redisProblem(new NotConnectedError('pool', 5, away))).toMatch(/^Redis does not answer/);
    expect(redisProblem(new NotConnectedError('pool', 5, reply('NOAUTH no')))).toBe(
      'Redis refuses: Redis connection "pool" was refused: NOAUTH no. Check the user name and the password.',
    );
    expect(redisProblem(new UnsupportedRedisError('no hash tag'))).toBe(
      'Redis refuses: no hash tag.',
    );
    expect(redisProblem(undefined)).toBe('Redis does not answer: undefined.');
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(redisProblem(proxy)).toMatch(/cannot be shown\.$/);
  });

  it('names all addresses that were tried', () => {
    const both = new AggregateError([
      new Error('connect ECONNREFUSED ::1:1'),
      new Error('connect ECONNREFUSED 127.0.0.1:1'),
    ]);
    expect(new NotConnectedError('pool', 5, both).message).toContain(
      '::1:1; - connect ECONNREFUSED 127',
    );
  });
});

it.each([
  [reply('WRONGPASS invalid'), true],
  [reply('NOAUTH Authentication required.'), true],
  [reply('ERR DB index is out of range'), true],
  [reply('OOM command not allowed'), false],
  [reply('LOADING Redis is loading'), false],
  [new Error('WRONGPASS of somebody else'), false],
  [undefined, false],
])('%# is, or is no, refusal', (error, is) => expect(isRefusal(error)).toBe(is));
