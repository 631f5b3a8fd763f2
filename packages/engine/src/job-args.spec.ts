import { describe, expect, it } from '@jest/globals';
import { InvalidJobArgsError } from './errors.js';
import { encodeArgs } from './job-args.js';

function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i++) value = { value };
  return value;
}

describe('encodeArgs', () => {
  it.each([
    [undefined, 'null'],
    [null, 'null'],
    [{}, '{}'],
    [{ a: 1, b: [true, null, 'x'] }, '{"a":1,"b":[true,null,"x"]}'],
    [{ big: 9007199254740993n, negative: -1n }, '{"big":9007199254740993,"negative":-1}'],
    [{ left: undefined, out: 1 }, '{"out":1}'],
    [{ list: [undefined] }, '{"list":[null]}'],
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

  it('refuses 1 MiB and more by default', () => {
    expect(() => encodeArgs('job', { a: 'x'.repeat(1024 * 1024) })).toThrow(/1048576 bytes/);
  });
});
