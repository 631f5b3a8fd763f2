import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors/errors.js';
import { duration, milliseconds } from './duration.js';
import { durationIn } from '../base/duration.js';

describe('durationIn()', () => {
  it.each<[unknown, number]>([
    [0, 0],
    [1500, 1500],
    ['4.03s', 4030],
    ['0.1ms', 0.1],
    [0.5, 0.5],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d1h1m1s1ms', 90_061_001],
  ])('reads %j as %d ms', (value, expected) => {
    expect(durationIn(value)).toBe(expected);
  });

  it.each([
    ['', '5', 'm', '5 m', '5m ', '-5m', '1w', '1h30', '1e3s', `${'9'.repeat(400)}d`],
    [-1, NaN, Infinity, null, undefined, {}, [], new Date(0), 5n],
  ])('refuses %j and its like', (...values) => {
    for (const value of values) expect([value, durationIn(value)]).toEqual([value, undefined]);
  });
});

it('names the option, the value and the valid values', () => {
  expect(() => milliseconds('in', '5 minutes')).toThrow(
    new InvalidOptionError(
      'in',
      '5 minutes',
      'a number of milliseconds, or a text such as "30s", "1h30m" or "7d"',
    ),
  );
});

it('has bounds as a rule', () => {
  const rule = duration(1000);
  expect(() => rule.check('timeout', '1s')).not.toThrow();
  expect(() => rule.check('timeout', '999ms')).toThrow('1000 ms to 24.8 days');
  expect(() => rule.check('timeout', '25d')).toThrow(InvalidOptionError);
});
