import { describe, expect, it } from '@jest/globals';
import { Patience } from './patience.js';

const NOW = 1_700_000_000;

/** One that was renewed at 0, and has seen Redis's clock since. */
function aPatience(): Patience {
  const patience = new Patience();
  patience.renew(0);
  for (let at = 0; at <= 20_000; at += 2_500) patience.see(NOW + Math.floor(at / 1000), at, at + 5);
  return patience;
}

describe('Patience', () => {
  it('has no end before it was begun', () => {
    expect(new Patience().until).toBe(Infinity);
  });

  it('ends after ten seconds in which nothing was amiss', () => {
    expect(aPatience().until).toBe(10_000);
  });

  it.each([60, 10, 4, -4, -60, -3_600])(
    'is renewed when the clock of Redis jumps by %p seconds',
    (jump) => {
      const patience = aPatience();
      patience.see(NOW + 22 + jump, 22_500, 22_505);
      expect(patience.until).toBe(32_505);
      patience.see(NOW + 25 + jump, 25_000, 25_005);
      expect(patience.until).toBe(32_505);
    },
  );

  it('is renewed when small steps of the clock add up', () => {
    const patience = aPatience();
    for (let i = 1; i <= 4; i++)
      patience.see(NOW + 20 + 4 * i, 20_000 + i * 2_000, 20_000 + i * 2_000);
    expect(patience.until).toBeGreaterThan(10_000);
  });

  it('is renewed by a look that took long', () => {
    const patience = aPatience();
    patience.see(NOW + 22, 22_000, 24_500);
    expect(patience.until).toBe(34_500);
  });
});
