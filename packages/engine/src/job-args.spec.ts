import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidJobArgsError } from './errors.js';
import { encodeArgs } from './job-args.js';

function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { value };
  return value;
}

// Halves of surrogate pairs and control characters, too.
const text = fc.oneof(fc.string(), fc.string({ unit: fc.nat(0xffff).map(String.fromCharCode) }));
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, undefined, true, false),
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number || 0),
    fc.date(),
    fc.array(tie('value')),
    fc.sparseArray(tie('value')),
    fc.dictionary(text, tie('value')),
  ),
}));

/** An object or array that holds the value under the key, behind another one. */
function around(value: unknown, key: string | number): unknown {
  if (typeof key === 'number')
    return Object.assign(
      Array.from({ length: key }, () => [[]]),
      { [key]: value },
    );
  return { ...(key === '' ? {} : { '': { a: [1] } }), [key]: value };
}

describe('encodeArgs', () => {
  it('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(text, anyValue), (args) => {
        expect(encodeArgs('job', args)).toBe(JSON.stringify(args));
      }),
    );
  });

  it('writes each of many keys, however often', () => {
    const args = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`"${i}"`, { i }]));
    for (let times = 0; times < 2; times++) {
      expect(encodeArgs('job', args)).toBe(JSON.stringify(args));
    }
  });

  it('says of any place where it is', () => {
    const key = fc.oneof(fc.string(), fc.nat(3));
    fc.assert(
      fc.property(fc.string(), fc.array(key, { maxLength: 10 }), (first, rest) => {
        const keys = [first, ...rest];
        const args = keys.reduceRight<unknown>(around, NaN) as object;
        const issues = [{ path: ['args', ...keys].join('.'), message: expect.anything() }];
        expect(() => encodeArgs('job', args)).toThrow(expect.objectContaining({ issues }));
      }),
    );
  });

  it.each([
    [undefined, 'null'],
    [null, 'null'],
    [{}, '{}'],
    [{ a: 1, b: [true, null, 'x'] }, '{"a":1,"b":[true,null,"x"]}'],
    [{ big: 9007199254740993n, negative: -1n }, '{"big":9007199254740993,"negative":-1}'],
    [{ left: undefined, out: 1 }, '{"out":1}'],
    [{ list: [undefined] }, '{"list":[null]}'],
    // eslint-disable-next-line no-sparse-arrays -- what is left out is what is tested
    [{ list: [, 1, , 2], holes: new Array(2) }, '{"list":[null,1,null,2],"holes":[null,null]}'],
    [{ zero: -0 }, '{"zero":-0}'],
    [{ when: new Date(0) }, '{"when":"1970-01-01T00:00:00.000Z"}'],
    [{ text: 'é😀\u2028"\\\n' }, '{"text":"é😀\u2028\\"\\\\\\n"}'],
    [{ tiny: 1e-7, huge: 1e21 }, '{"tiny":1e-7,"huge":1e+21}'],
  ])('writes %p as %s', (args, text) => expect(encodeArgs('job', args)).toBe(text));

  it('writes the own properties of a class instance', () => {
    class Dto {
      constructor(readonly address: string) {}
    }
    expect(encodeArgs('job', new Dto('a@b.c'))).toBe('{"address":"a@b.c"}');
  });

  it('keeps a property named __proto__ a property', () => {
    const args = JSON.parse('{"__proto__":{"admin":true}}') as object;
    expect(encodeArgs('job', args)).toBe('{"__proto__":{"admin":true}}');
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;

  it.each([
    ['an array', [], 'args', 'must be an object or nothing, but is an array'],
    ['a string', 'text', 'args', 'must be an object or nothing, but is a string'],
    ['a Date', new Date(0), 'args', 'must be an object or nothing, but is a string'],
    ['NaN', { price: NaN }, 'args.price', 'is NaN, which JSON cannot hold'],
    ['an infinity', { a: [1, -Infinity] }, 'args.a.1', 'is -Infinity, which JSON cannot hold'],
    ['a function', { f: () => 1 }, 'args.f', 'is a function, which JSON cannot hold'],
    ['a symbol', { s: Symbol('s') }, 'args.s', 'is a symbol, which JSON cannot hold'],
    ['a Map', { m: new Map([[1, 2]]) }, 'args.m', 'is a Map, which JSON cannot hold'],
    ['a Set', { m: new Set([1]) }, 'args.m', 'is a Set, which JSON cannot hold'],
  ])('refuses %s and says where', (_what, args, path, message) => {
    expect(() => encodeArgs('job', args as object)).toThrow(
      expect.objectContaining({
        constructor: InvalidJobArgsError,
        jobName: 'job',
        issues: [{ path, message }],
      }),
    );
  });

  it('refuses a cycle', () => {
    expect(() => encodeArgs('job', cycle)).toThrow(/nested deeper than 200 levels/);
  });

  it('allows 200 levels and refuses 201', () => {
    expect(() => encodeArgs('job', nested(200))).not.toThrow();
    expect(() => encodeArgs('job', nested(201))).toThrow(InvalidJobArgsError);
  });

  it('counts bytes, not characters, against the limit', () => {
    const limits = { maxArgsBytes: 20 };
    expect(encodeArgs('job', { a: 'x'.repeat(12) }, limits)).toHaveLength(20);
    expect(() => encodeArgs('job', { a: 'x'.repeat(13) }, limits)).toThrow(/more than 20 bytes/);
    expect(() => encodeArgs('job', { a: 'é'.repeat(7) }, limits)).toThrow(/more than 20 bytes/);
  });

  it('counts all of it', () => {
    const limits = { maxArgsBytes: 39 };
    expect(encodeArgs('job', { long: [1, 2, null, true], key: { of: 1n } }, limits)).toHaveLength(
      39,
    );
    expect(() => encodeArgs('job', { long: [1, 2, null, true], key: { of: 12n } }, limits)).toThrow(
      /more than 39 bytes/,
    );
  });

  it('gives up on what is written again and again, before all of it is', () => {
    let args: object = {};
    for (let levels = 0; levels < 100; levels++) args = { a: args, b: args };
    expect(() => encodeArgs('job', args)).toThrow(/1048576 bytes/);
    expect(() => encodeArgs('job', { list: new Array(2 ** 32 - 1) })).toThrow(/1048576 bytes/);
  });

  it('refuses 1 MiB and more by default', () => {
    expect(() => encodeArgs('job', { a: 'x'.repeat(1024 * 1024) })).toThrow(/1048576 bytes/);
  });
});
