import { expect, it } from '@jest/globals';
import { KnownNames } from './known-names.js';

it('keeps names in mind, until somebody finds that they may not be known', () => {
  const names = new KnownNames();
  names.add('a');
  names.add('b');
  names.delete('b');
  expect(['a', 'b', 'c'].map((name) => names.has(name))).toEqual([true, false, false]);
});

it('does not keep more than ten thousand in mind', () => {
  const names = new KnownNames();
  const made = Array.from({ length: 10_001 }, (_, i) => `n${i}`);
  for (const name of made) names.add(name);
  expect(made.filter((name) => names.has(name))).toEqual(['n10000']);
});
