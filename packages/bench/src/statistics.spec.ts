import { describe, expect, it } from '@jest/globals';
import { summarise } from './statistics.js';

describe('summarise', () => {
  it.each([
    [[3], { median: 3, least: 3, most: 3 }],
    [[9, 1, 5], { median: 5, least: 1, most: 9 }],
    [[4, 1, 2, 100], { median: 3, least: 1, most: 100 }],
  ])('%p as %p', (values, summary) => expect(summarise(values)).toEqual(summary));

  it('refuses to speak of nothing', () => expect(() => summarise([])).toThrow(RangeError));
});
