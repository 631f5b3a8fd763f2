import { describe, expect, it } from '@jest/globals';
import { isolated } from './isolated';

describe('isolated', () => {
  it.each([
    [[null, null, 7], [2]],
    [
      [7, null, undefined, 0, null],
      [0, 3],
    ],
    [[1, 2, null, 3, 4], []],
    [[], []],
  ])('of %p are %p', (values, indexes) => {
    expect(isolated(values)).toEqual(indexes);
  });
});
