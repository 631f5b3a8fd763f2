import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExactly } from './exact-json.js';

it('keeps the digits of long whole numbers', () => {
  expect(parseExactly('{"id":12345678901234567890,"ids":[-9007199254740993, 1]}')).toEqual({
    id: 12345678901234567890n,
    ids: [-9007199254740993n, 1],
  });
});

it.each([
  '"12345678901234567890"',
  '"a \\" 12345678901234567890"',
  '{"12345678901234567890":true}',
  '1.12345678901234567',
  '12345678901234567890e2',
  '0.5e-20',
])('parses %s like JSON.parse', (text) => {
  expect(parseExactly(text)).toEqual(JSON.parse(text));
});

it('parses all other JSON like JSON.parse', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      const isLong = (value: unknown) => Number.isInteger(value) && Math.abs(Number(value)) >= 1e15;
      let hasLong = false;
      const parsed: unknown = JSON.parse(text, (_key, value: unknown) => {
        hasLong ||= isLong(value);
        return value;
      });
      fc.pre(!hasLong);
      expect(parseExactly(text)).toEqual(parsed);
    }),
  );
});

it.each(['', '{', '{"a":12345678901234567890'])('refuses %j', (text) => {
  expect(() => parseExactly(text)).toThrow(SyntaxError);
});
