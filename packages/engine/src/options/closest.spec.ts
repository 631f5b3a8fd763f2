import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closest, didYouMean } from './closest.js';

const KNOWN = ['send_email', 'make_report', 'charge', 'refund', 'a'];

describe('closest', () => {
  it.each([
    ['send_emial', 'send_email'],
    ['sendEmail', 'send_email'],
    ['send-email', 'send_email'],
    ['send_mail', 'send_email'],
    ['make_reprot', 'make_report'],
    ['chrage', 'charge'],
    ['refnd', 'refund'],
    ['A', 'a'],
  ])('takes %p for %p', (name, meant) => expect(closest(name, KNOWN)).toBe(meant));

  it.each(['', 'b', 'something_else', 'refill', 'x'.repeat(10_000), 'send'])(
    'has no idea what %p means',
    (name) =>
      expect(closest(name, ['a', 'send_email', 'charge', 'x'.repeat(9_999)])).toBeUndefined(),
  );

  it('finds any name with a letter left out, and never gives the name itself', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{4,20}$/), fc.nat(), (name, at) => {
        const index = at % name.length;
        const slip = name.slice(0, index) + name.slice(index + 1);
        expect(closest(slip, ['0'.repeat(40), name])).toBe(name);
        expect(closest(name, [name])).toBeUndefined();
      }),
    );
  });

  it('makes a sentence', () => {
    expect(didYouMean('concurency', ['concurrency'])).toBe('Did you mean "concurrency"?');
    expect(didYouMean('xyz', ['concurrency'])).toBeUndefined();
  });
});
