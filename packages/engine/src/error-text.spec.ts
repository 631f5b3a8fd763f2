import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { backtraceText, errorText } from './error-text.js';
import { readable } from './thrown.js';

const hostile = {
  get message(): string {
    throw new Error('no');
  },
  toJSON(): never {
    throw new Error('no');
  },
};
class NoMessage extends Error {
  override readonly name = 'NoMessage';
}

describe('errorText', () => {
  it.each([
    [new Error('boom'), 'boom'],
    [new NoMessage(), 'NoMessage'],
    ['text', 'text'],
    [{ code: 7 }, '{"code":7}'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7n, '7n'],
    [NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [{ big: 7n }, '{ big: 7n }'],
    ['\ud800', '\ufffd'],
    [Object.assign(new Error('x'), { message: 7 }), '7'],
  ])('of %p is %p', (thrown, text) => expect(errorText(thrown)).toBe(text));

  it('survives an object that throws at every look', () => {
    expect(errorText(hostile)).toBe('a thrown object that cannot be shown');
  });

  it('is the message of an error of another realm', () => {
    const thrown: unknown = runInNewContext('new TypeError("no such customer")');
    expect(thrown).not.toBeInstanceOf(Error);
    expect(errorText(thrown)).toBe('no such customer');
    expect(backtraceText(thrown)).toMatch(/^ {4}at /);
  });

  it.each(['message', 'stack', 'name'])('survives an error whose %s throws', (key) => {
    const error = Object.defineProperty(new Error(''), key, {
      get: () => {
        throw new Error('no');
      },
    });
    expect(errorText(error)).toEqual(expect.any(String));
    expect(() => backtraceText(error)).not.toThrow();
    expect(readable(error)).toBeInstanceOf(Error);
    expect(() => (readable(error) as Error).stack).not.toThrow();
  });

  it('survives a revoked Proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(errorText(proxy)).toBe('a thrown object that cannot be shown');
    expect(readable(proxy)).toEqual(new Error('a thrown object that cannot be shown'));
  });

  it('does not write down more than it keeps', () => {
    const read: number[] = [];
    const large = Array.from({ length: 100_000 }, (_, at) => ({ toJSON: () => read.push(at) }));
    expect(errorText(large).length).toBeLessThan(200);
    expect(read.length).toBeLessThan(10_000);
    expect(Buffer.byteLength(errorText('x'.repeat(100 * 1024 * 1024)))).toBeLessThanOrEqual(8192);
  });

  it('is cut to 8 KiB, between characters', () => {
    const text = errorText(new Error('é'.repeat(1_000_000)));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
    expect(Buffer.byteLength(text)).toBeGreaterThan(8100);
    expect(text).toMatch(/^é+… \(cut\)$/);
  });
});

describe('backtraceText', () => {
  it('is where the error came from, without its message', () => {
    expect(backtraceText(new Error('boom\nand more'))).toMatch(/^ {4}at .*error-text\.spec/);
    expect(backtraceText(new Error('boom'))).not.toContain('boom');
  });

  it.each([['text'], [undefined], [{ stack: 'x' }], [Object.assign(new Error('x'), { stack: 7 })]])(
    'of %p is nothing',
    (thrown) => expect(backtraceText(thrown)).toBeUndefined(),
  );

  it('is cut to 16 KiB', () => {
    const error = new Error('x');
    error.stack = `Error: x${'\n    at somewhere (file.js:1:1)'.repeat(100_000)}`;
    expect(Buffer.byteLength(backtraceText(error) ?? '')).toBeLessThanOrEqual(16_384);
  });
});
