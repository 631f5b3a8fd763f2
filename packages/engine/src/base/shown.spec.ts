import { expect, it } from '@jest/globals';
import { shown } from './shown.js';

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const no = (): never => {
  throw new Error('no');
};

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [true, 'true'],
  ['1mb', '"1mb"'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [-0, '-0'],
  [7n, '7n'],
  [10n ** 400n, 'a bigint of more than 308 digits'],
  [Symbol('s'), 'Symbol(s)'],
  [() => 1, 'a function'],
  [new Date(NaN), 'an invalid Date'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [{ a: NaN, b: undefined }, '{ a: NaN, b: undefined }'],
  [[], '[]'],
  [new Map([[1, 2]]), 'Map(1) { 1 => 2 }'],
  [revoked, '<Revoked Proxy>'],
  [new Proxy({ a: 1 }, { get: no, ownKeys: no, getPrototypeOf: no }), '{ a: 1 }'],
  [{ toString: no, toJSON: no }, '{ toString: [Function: no], toJSON: [Function: no] }'],
  ['\ud800', '"\\ud800"'],
])('%# is shown as it is', (value, text) => expect(shown(value)).toBe(text));

it('is short, whatever it is', () => {
  for (const value of [
    'x'.repeat(1e6),
    '😀'.repeat(1e6),
    Symbol('x'.repeat(1e6)),
    [['x'.repeat(1e6)]],
  ]) {
    expect(shown(value).length).toBeLessThanOrEqual(81);
    expect(shown(value).isWellFormed()).toBe(true);
  }
});

it('never throws', () => {
  const hostile = {
    get [Symbol.toStringTag]() {
      return no();
    },
  };
  expect(shown(hostile)).toBe('an object that cannot be shown');
});
