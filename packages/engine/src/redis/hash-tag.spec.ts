import { describe, expect, it } from '@jest/globals';
import { hasHashTag, tagged } from './hash-tag.js';

describe('a hash tag', () => {
  it.each(['{a}', 'x{a}y', '{a}{', '{{}', '}x{y}', '{a}b{}'])('is in %j', (namespace) => {
    expect(hasHashTag(namespace)).toBe(true);
    expect(tagged(namespace)).toBe(namespace);
  });

  it.each([
    ['', '{work}'],
    ['work', '{work}'],
    ['{}', '{work}'],
    ['{}{a}', '{a}'],
    ['{', '{work}'],
    ['}x{y', '{xy}'],
    ['a}b{', '{ab}'],
  ])('is not in %j, but in %j', (namespace, better) => {
    expect(hasHashTag(namespace)).toBe(false);
    expect(tagged(namespace)).toBe(better);
    expect(hasHashTag(better)).toBe(true);
  });
});
