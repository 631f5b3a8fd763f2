import { describe, expect, it } from '@jest/globals';
import { backtraceText, errorText } from './error-text.js';

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
    [7n, 'a thrown bigint that cannot be shown'],
    ['\ud800', '\ufffd'],
    [Object.assign(new Error('x'), { message: 7 }), '7'],
  ])('of %p is %p', (thrown, text) => expect(errorText(thrown)).toBe(text));

  it('survives an object that throws at every look', () => {
    expect(errorText(hostile)).toBe('a thrown object that cannot be shown');
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
