import { expect, it } from '@jest/globals';
import { EnqueueRejectedError } from '../errors/errors.js';
import { mostBytesOf, sizeOf } from './job-size.js';

it('a text has no more bytes than is said', () => {
  for (const text of ['abc', 'é€', '😀', '\uD800']) {
    expect(mostBytesOf(text)).toBeGreaterThanOrEqual(Buffer.byteLength(text));
  }
});

it('a job that is too large to be sent is refused, by its exact size', () => {
  expect(sizeOf('n', ['abcdef', 'ab'], 8)).toBe(24);
  const size = (): number => sizeOf('n', ['abcdef', 'é€'], 8);
  expect(size).toThrow(EnqueueRejectedError);
  expect(size).toThrow(
    'Redis did not accept job "n": its entry has 11 bytes, but at most 8 can be sent',
  );
});
