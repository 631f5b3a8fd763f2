import { afterEach, expect, it, jest } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { WriteRefusals } from './write-refusals.js';
import { performance } from '../base/timers.js';

afterEach(() => void jest.restoreAllMocks());

function reply(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

it('remembers for a while that Redis refuses writes, and nothing else', () => {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const refusals = new WriteRefusals();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const error of [proxy, new Error('OOM, says a handler'), reply('WRONGTYPE no list')]) {
    refusals.note(error);
    expect(refusals.current).toBeUndefined();
  }
  refusals.note(reply("OOM command not allowed when used memory > 'maxmemory'."));
  expect(refusals.current).toContain('OOM');
  now = 15_000;
  expect(refusals.current).toBeUndefined();
});
