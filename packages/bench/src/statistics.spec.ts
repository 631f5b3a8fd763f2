import { describe, expect, it } from '@jest/globals';
import { percentile, summarise } from './statistics.js';

describe('summarise', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[9, 1, 5], { median: 5, min: 1, max: 9 }],
    [[4, 1, 2, 100], { median: 3, min: 1, max: 100 }],
  ])('%p as %p', (values, summary) => expect(summarise(values)).toEqual(summary));

  it('refuses to speak of nothing', () => expect(() => summarise([])).toThrow(RangeError));
});

describe('percentile', () => {
  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('takes the value at %p', (share, value) => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(values, share)).toBe(value);
  });

  it('refuses to speak of nothing', () => expect(() => percentile([], 0.5)).toThrow(RangeError));
});
