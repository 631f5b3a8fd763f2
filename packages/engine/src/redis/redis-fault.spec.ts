import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { NotConnectedError } from '../errors/errors.js';
import { redisFault } from './redis-fault.js';

function reply(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

describe('redisFault', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'LOADING', 'retry'],
    ['BUSY Redis is busy running a script', 'BUSY', 'retry'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'TRYAGAIN', 'retry'],
    ['CLUSTERDOWN The cluster is down', 'CLUSTERDOWN', 'retry'],
    [
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      'MASTERDOWN',
      'retry',
    ],
    ['NOREPLICAS Not enough good replicas to write.', 'NOREPLICAS', 'retry'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'OOM', 'retry'],
    ['NOSCRIPT No matching script. Please use EVAL.', 'NOSCRIPT', 'retry'],
    ['MISCONF Redis is configured to save RDB snapshots', 'MISCONF', 'retry'],
    ["READONLY You can't write against a read only replica.", 'READONLY', 'reconnect'],
    ['UNBLOCKED force unblock from blocking operation', 'UNBLOCKED', 'reconnect'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'WRONGTYPE', 'alert'],
    ['NOAUTH Authentication required.', 'NOAUTH', 'alert'],
    ['ERR user_script:1: boom', 'ERR', 'alert'],
    ['EXECABORT Transaction discarded because of: OOM command not allowed', 'OOM', 'retry'],
    [
      "ERR Error running script (call to f_a1): @user_script:16: @user_script: 16: -READONLY You can't write against a read only replica.",
      'READONLY',
      'reconnect',
    ],
    [
      'ERR Error running script (call to f_a1): @user_script:3: the TASK is no number',
      'ERR',
      'alert',
    ],
    ['EXECABORT Transaction discarded because of previous errors.', 'EXECABORT', 'alert'],
  ])('%s was refused', (message, code, remedy) => {
    expect(redisFault(reply(message))).toEqual({ code, effect: 'refused', remedy });
  });

  it.each([
    new NotConnectedError('pool', 5_000),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
  ])('%s was never sent', (error) => {
    expect(redisFault(error)).toEqual({
      code: 'CONNECTION',
      effect: 'refused',
      remedy: 'reconnect',
    });
  });

  it.each([
    'Command timed out',
    'Connection is closed.',
    'Reached the max retries per request limit (which is 0).',
    'read ECONNRESET',
    'Command aborted due to connection close',
  ])('%s may have had its effect', (message) => {
    expect(redisFault(new Error(message))).toEqual({
      code: 'CONNECTION',
      effect: 'unknown',
      remedy: 'reconnect',
    });
  });

  it('takes anything else for a mistake', () => {
    expect(redisFault(new TypeError('x is not a function'))).toMatchObject({
      code: 'OTHER',
      remedy: 'alert',
    });
  });
});
