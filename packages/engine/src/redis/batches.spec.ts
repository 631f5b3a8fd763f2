import { describe, expect, it } from '@jest/globals';
import { batchesBySize, sizeOfRaw } from './batches.js';

const texts = ['aa', 'bb', 'c', 'dddddd', 'e'];

describe('batchesBySize', () => {
  it('bounds the bytes of a batch, and lets a thing that has more go alone', () => {
    expect(batchesBySize(texts, sizeOfRaw, { count: 10, bytes: 4 })).toEqual([
      ['aa', 'bb'],
      ['c'],
      ['dddddd'],
      ['e'],
    ]);
  });

  it('bounds the number of things', () => {
    expect(batchesBySize(texts, sizeOfRaw, { count: 2 })).toEqual([
      ['aa', 'bb'],
      ['c', 'dddddd'],
      ['e'],
    ]);
  });

  it('makes none of nothing', () => {
    expect(batchesBySize([], sizeOfRaw, { count: 2 })).toEqual([]);
  });
});

it('an entry has the bytes that it has in Redis', () => {
  expect([sizeOfRaw('é'), sizeOfRaw(Buffer.from([0xff]))]).toEqual([2, 1]);
});
