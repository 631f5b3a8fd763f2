import { expect, it } from '@jest/globals';
import { toRaw } from './raw.js';

it('an entry is text, or bytes where they are not UTF-8', () => {
  expect(toRaw(Buffer.from('é'))).toBe('é');
  expect(toRaw(Buffer.from([0xff]))).toEqual(Buffer.from([0xff]));
});

it('a huge entry stays bytes: two of them would not fit into one string', () => {
  const bytes = Buffer.alloc(64 * 1024 * 1024 + 1, 'a');
  expect(toRaw(bytes)).toBe(bytes);
});
