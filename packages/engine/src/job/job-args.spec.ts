import { runInNewContext } from 'node:vm';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { InvalidJobArgsError, InvalidOptionError } from '../errors/errors.js';
import { assertArgsLimits, encodeArgs, encodeUniqueKey, type JobArgsLimits } from './job-args.js';

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
    fc.date({ noInvalidDate: true }),
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

// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- arguments that only have a type
class Marker {}

class Named {
  constructor(readonly first: string) {}
  get full(): string {
    return `${this.first} Lovelace`;
  }
}

class Private {
  readonly #value: number;
  constructor(value: number) {
    this.#value = value;
  }
  get value(): number {
    return this.#value;
  }
}

function refusal(args: object, limits: JobArgsLimits = {}): InvalidJobArgsError {
  try {
    encodeArgs('job', args, limits);
  } catch (error) {
    if (error instanceof InvalidJobArgsError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

describe('encodeArgs', () => {
  it('writes the same text as JSON.stringify', () => {
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

  it.each<[string, unknown, string]>([
    ['a number', new Number(5), '5'],
    ['a negative zero', new Number(-0), '-0'],
    ['a string', new String('ab"'), '"ab\\""'],
    ['a boolean', new Boolean(false), 'false'],
    ['a bigint', Object(5n), '5'],
    ['a number of another realm', runInNewContext('new Number(5)'), '5'],
    ['a Buffer', Buffer.from('a'), '{"type":"Buffer","data":[97]}'],
    ['a URL', new URL('http://a/'), '"http://a/"'],
    ['an object of another realm', runInNewContext('({ a: [{}], b: {} })'), '{"a":[{}],"b":{}}'],
    ['a class without members', new Marker(), '{}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['the properties of a class with getters', new Named('Ada'), '{"first":"Ada"}'],
    ['a double of 308 digits', 10n ** 308n, `1${'0'.repeat(308)}`],
  ])('writes what stands in an object for %s', (_what, v, text) =>
    expect(encodeArgs('job', { v })).toBe(`{"v":${text}}`),
  );

  // The type of what a script of another realm gives is any.
  const elsewhere = (code: string): unknown => runInNewContext(code);
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();

  it.each<[unknown, RegExp]>([
    [new Error('x'), /^is an Error, which JSON cannot hold; enqueue its message$/],
    [Object.assign(new TypeError('x'), { errno: -2 }), /is an Error/],
    [elsewhere('new RangeError("x")'), /is an Error/],
    [/re/, /is a RegExp/],
    [elsewhere('/re/'), /is a RegExp/],
    [new Date(NaN), /is an invalid Date/],
    [elsewhere('new Date(NaN)'), /is an invalid Date/],
    [elsewhere('new Map([[1, 2]])'), /is a Map/],
    [new (class Own extends Map {})(), /is a Map/],
    [new WeakMap(), /is a WeakMap/],
    [new WeakSet(), /is a WeakSet/],
    [new WeakRef({}), /is an instance of WeakRef without toJSON/],
    [Promise.resolve(1), /is a promise/],
    [new ArrayBuffer(4), /is binary data/],
    [new SharedArrayBuffer(4), /is binary data/],
    [new Uint8Array([1]), /is binary data/],
    [new BigInt64Array(1), /is binary data/],
    [new DataView(new ArrayBuffer(1)), /is binary data/],
    [elsewhere('new Uint8Array([1])'), /is binary data/],
    [new URLSearchParams('a=1'), /is an instance of URLSearchParams without toJSON/],
    [new Headers({ a: 'b' }), /is an instance of Headers without toJSON/],
    [new FormData(), /is an instance of FormData without toJSON/],
    [new Blob(['a']), /is an instance of Blob without toJSON/],
    [new Response('x'), /is an instance of Response without toJSON/],
    [new AbortController(), /is an instance of AbortController without toJSON/],
    [new Intl.NumberFormat(), /is an instance of NumberFormat without toJSON/],
    [
      (function* () {
        yield 1;
      })(),
      /is a generator/,
    ],
    [
      (async function* () {
        yield await Promise.resolve(1);
      })(),
      /is a generator/,
    ],
    [[1][Symbol.iterator](), /JSON cannot hold/],
    [new Map().entries(), /JSON cannot hold/],
    [new Private(7), /is an instance of Private without toJSON/],
    [new Proxy(new Map(), {}), /is an instance of Map/],
    [Object(Symbol('s')), /is a symbol/],
    [new Number(NaN), /is NaN/],
    [10n ** 309n, /is a number beyond 1\.8e308/],
    [-(2n ** 1024n), /is a number beyond 1\.8e308/],
    [revoked, /cannot be read: /],
    [
      {
        get broken(): never {
          throw new Error('no');
        },
      },
      /cannot be read: no/,
    ],
    [
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      /cannot be read: no/,
    ],
  ])('%# refuses what JSON would lose, and says where', (v, message) => {
    for (const [args, path] of [
      [{ a: [{ v }] }, /^args\.a\.0/],
      [{ v }, /^args/],
    ] as const) {
      const error = refusal(args);
      expect(error.issues[0]).toEqual({
        path: expect.stringMatching(path),
        message: expect.stringMatching(message),
      });
      expect(error.message.length).toBeLessThan(300);
    }
  });

  it.each([
    new Map(),
    new Error('x'),
    [1],
    new String('x'),
    new Private(1),
    revoked,
    new Date(NaN),
  ])('%# refuses it instead of the arguments', (args) =>
    expect(refusal(args).issues[0]).toMatchObject({ path: 'args' }),
  );

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

  it('a unique key, unlike arguments, may not be missing', () => {
    const missing = { toJSON: () => undefined };
    expect(() => encodeUniqueKey('job', [])).toThrow('key: must be an object, but is an array.');
    expect(() => encodeUniqueKey('job', missing)).toThrow('must be an object, but is undefined.');
    expect(refusal(missing).message).toMatch('must be an object or nothing, but is undefined.');
  });

  it('refuses a cycle, in a few words', () => {
    expect(refusal({ a: [cycle] }).issues).toEqual([
      { path: 'args.a.0.self', message: 'contains itself' },
    ]);
    const twice = { once: {} };
    expect(encodeArgs('job', { a: twice, b: [twice, twice] })).toContain('"b":[{"once":{}},');
    expect(refusal(nested(300)).message.length).toBeLessThan(400);
    expect(refusal({ ['k'.repeat(1e6)]: NaN }, { maxArgsBytes: 1e7 }).message.length).toBeLessThan(
      400,
    );
  });

  it.each<[string, unknown]>([
    ['a string', '"'.repeat(1e8)],
    ['a string in an object', new String('"'.repeat(1e8))],
    ['a Buffer', Buffer.alloc(1e8)],
    ['a key', { ['"'.repeat(1e8)]: 1 }],
  ])('does not write down %s that is far too large', (_what, v) => {
    const quote = jest.spyOn(JSON, 'stringify');
    const array = jest.spyOn(Buffer.prototype, 'toJSON');
    try {
      expect(refusal({ v }).message).toMatch(/more than 1048576 bytes/);
      expect(quote.mock.calls.filter(([text]) => String(text).length > 1e6)).toEqual([]);
      expect(array).not.toHaveBeenCalled();
    } finally {
      quote.mockRestore();
      array.mockRestore();
    }
  });

  it.each(['1mb', NaN, -1, 0, 1.5, Infinity, 2 ** 40, null])(
    'maxArgsBytes cannot be %p',
    (value) => {
      expect(() => assertArgsLimits({ maxArgsBytes: value as number })).toThrow(InvalidOptionError);
    },
  );

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

  it('stops early when a repeated value makes the text too long', () => {
    let args: object = {};
    for (let levels = 0; levels < 100; levels++) args = { a: args, b: args };
    expect(() => encodeArgs('job', args)).toThrow(/1048576 bytes/);
    expect(() => encodeArgs('job', { list: new Array(2 ** 32 - 1) })).toThrow(/1048576 bytes/);
  });

  it('refuses 1 MiB and more by default', () => {
    expect(() => encodeArgs('job', { a: 'x'.repeat(1024 * 1024) })).toThrow(/1048576 bytes/);
  });
});
