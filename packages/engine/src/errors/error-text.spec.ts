import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { backtraceText, errorLine, errorStack, errorText } from './error-text.js';
import { KillJobError, JobTimeoutError, RetryJobError } from './errors.js';
import { readable } from '../base/thrown.js';

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
class PaymentError extends TypeError {}
class TooOften extends KillJobError {}

const bytes = (text: string | undefined): number => Buffer.byteLength(text ?? '');

function chain(length: number): Error {
  const last = new Error(`cause ${length}`);
  if (length === 0) return last;
  return Array.from({ length }, (_, at) => length - 1 - at).reduce(
    (cause, at) => new Error(`cause ${at}`, { cause }),
    last,
  );
}

describe('errorText', () => {
  it.each([
    [new Error('boom'), 'boom'],
    [new NoMessage(), 'NoMessage'],
    ['text', 'text'],
    ['', 'an empty text'],
    [{ code: 7 }, '{"code":7}'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7n, '7n'],
    [NaN, 'NaN'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [Promise.resolve(1), expect.stringMatching(/^Promise \{ 1/)],
    [{ big: 7n }, '{ big: 7n }'],
    [{ toJSON: () => undefined }, expect.stringContaining('toJSON')],
    ['\ud800', '\ufffd'],
    [Object.assign(new Error('x'), { message: 7 }), '7'],
  ])('of %p is %p', (thrown, text) => expect(errorText(thrown)).toEqual(text));

  it.each<[unknown, string]>([
    [new TypeError('x is not a function'), 'TypeError: x is not a function'],
    [new PaymentError('refused'), 'PaymentError: refused'],
    [new PaymentError(), 'PaymentError'],
    [Object.assign(new Error('x'), { name: 'Called' }), 'Called: x'],
    [new Error('TypeError: quoted'), 'TypeError: quoted'],
    [new DOMException('too late', 'TimeoutError'), 'TimeoutError: too late'],
    [{ name: 'Foreign', message: 'x', stack: 'Foreign: x' }, 'Foreign: x'],
    [{ message: 'of a library', hint: 'none' }, 'of a library'],
    [new KillJobError('no such customer'), 'no such customer'],
    [new TooOften('no such customer'), 'TooOften: no such customer'],
    [new JobTimeoutError('a', '1', 5), 'Job "a" (1) ran longer than its timeout of 5 ms.'],
  ])('%# names the class where that says something', (thrown, text) =>
    expect(errorText(thrown)).toBe(text),
  );

  it.each([
    [{ message: 'connect ECONNREFUSED ::1:1', code: 'ECONNREFUSED' }, 'connect ECONNREFUSED ::1:1'],
    [{ message: 'Invalid URL', code: 'ERR_INVALID_URL' }, 'Error [ERR_INVALID_URL]: Invalid URL'],
    [{ message: 'duplicate key', code: '23505' }, 'Error [23505]: duplicate key'],
    [{ message: 'not found', code: 5 }, 'Error [5]: not found'],
    [{ message: 'odd', errno: -111 }, 'Error [-111]: odd'],
    [{ message: '', code: 'EPIPE' }, 'Error [EPIPE]'],
  ])('%# names the code, unless the message does', ({ message, ...rest }, text) =>
    expect(errorText(Object.assign(new Error(message), rest))).toBe(text),
  );

  it('lists its causes below the first line', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1', { cause: new RangeError('deep') });
    expect(errorText(new TypeError('fetch failed', { cause }))).toBe(
      'TypeError: fetch failed\ncaused by: connect ECONNREFUSED 127.0.0.1:1\ncaused by: RangeError: deep',
    );
  });

  it.each([
    ['a text', 'a text'],
    [{ code: 7 }, '{"code":7}'],
    [0, '0'],
    [Symbol('s'), 'Symbol(s)'],
  ])('tells of a cause that is no error: %p', (cause, text) =>
    expect(errorText(new Error('x', { cause }))).toBe(`x\ncaused by: ${text}`),
  );

  it.each([undefined, null, ''])('passes over a cause that is none: %p', (cause) =>
    expect(errorText(new Error('x', { cause }))).toBe('x'),
  );

  it('lists the first of many errors, and the causes of each', () => {
    const errors = Array.from({ length: 12 }, (_, at) => new Error(`smtp ${at}`, { cause: at }));
    const lines = errorText(new AggregateError(errors, 'All promises were rejected')).split('\n');
    expect(lines).toEqual([
      'AggregateError: All promises were rejected',
      ...Array.from({ length: 5 }, (_, at) => [`- smtp ${at}`, `  caused by: ${at}`]).flat(),
      '- and 7 more',
    ]);
  });

  it('lists the errors of an error without a message, in another realm, too', () => {
    const thrown: unknown = runInNewContext(
      'Object.assign(new AggregateError([new Error("::1"), "127.0.0.1"]), { code: "ECONNREFUSED" })',
    );
    expect(errorText(thrown)).toBe('AggregateError [ECONNREFUSED]\n- ::1\n- 127.0.0.1');
  });

  it('lists both the failure and the failure of its disposal', () => {
    const error = Object.assign(new Error('while disposing'), {
      ...{ name: 'SuppressedError', error: new Error('new'), suppressed: new Error('first') },
    });
    expect(errorText(error)).toBe('SuppressedError: while disposing\n- new\n- first');
  });

  it('comes to an end with causes that go in a circle', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(errorText(a)).toBe('a\ncaused by: b\ncaused by: (already shown above)');
    const all = new AggregateError([], 'all');
    all.errors.push(all, all);
    expect(errorText(all)).toContain('- (already shown above)');
  });

  it('lists ten causes, one below the other', () => {
    const lines = errorText(chain(10)).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('caused by: cause 10');
    expect(errorText(chain(10_000))).toMatch(/cause 10\ncaused by: \(more omitted\)$/);
  });

  it('is bounded, and keeps the causes', () => {
    const cause = new Error(`the reason ${'y'.repeat(100_000)}`);
    const text = errorText(new Error('x'.repeat(100_000), { cause }));
    expect(bytes(text)).toBeLessThanOrEqual(8192);
    expect(text).toContain('\ncaused by: the reason');
    expect(bytes(errorText(new Error('x'.repeat(100_000), { cause }), 2048))).toBeLessThanOrEqual(
      2048,
    );
    const wide = (depth: number): Error =>
      depth === 0
        ? new Error('leaf')
        : new AggregateError(Array.from({ length: 40 }, () => wide(depth - 1)));
    expect(errorText(wide(2)).split('\n').length).toBeLessThan(60);
  });

  it('does not repeat a quoted message', () => {
    const cause = new TypeError('no such customer');
    expect(errorText(new RetryJobError('60s', undefined, { cause }))).toBe(
      'TypeError: no such customer',
    );
    expect(errorText(new Error('Giving up: no such file', { cause: 'no such file' }))).toBe(
      'Giving up: no such file',
    );
  });

  it('shows no password of a URL, and no properties', () => {
    const error = Object.assign(new Error('no answer from redis://ada:geheim@host:1/0?x=@'), {
      command: { name: 'auth', args: ['geheim'] },
      cause: Object.assign(new Error('at https://geheim@host'), { config: { password: 'geheim' } }),
    });
    expect(errorText(error)).toBe(
      'no answer from redis://***@host:1/0?x=@\ncaused by: at https://***@host',
    );
    expect(errorStack(error)).not.toContain('geheim');
    expect(errorText(new Error('gave up on redis://host?password=geheim&db=1 at last'))).toBe(
      'gave up on redis://host?password=***&db=1 at last',
    );
  });

  it('survives an object that throws at every look', () => {
    expect(errorText(hostile)).toBe('a thrown object that cannot be shown');
    expect(errorText(new Error('x', { cause: hostile }))).toBe(
      'x\ncaused by: a thrown object that cannot be shown',
    );
  });

  it('is the message of an error of another realm', () => {
    const thrown: unknown = runInNewContext('new TypeError("no such customer")');
    expect(thrown).not.toBeInstanceOf(Error);
    expect(errorText(thrown)).toBe('TypeError: no such customer');
    expect(backtraceText(thrown)).toMatch(/^ {4}at /);
  });

  it.each(['message', 'stack', 'name', 'code', 'cause', 'errors', 'constructor'])(
    'survives an error whose %s throws',
    (key) => {
      const error = Object.defineProperty(new Error(''), key, {
        get: () => {
          throw new Error('no');
        },
      });
      expect(errorText(error)).toEqual(expect.any(String));
      expect(() => backtraceText(error)).not.toThrow();
      expect(readable(error)).toBeInstanceOf(Error);
      expect(() => (readable(error) as Error).stack).not.toThrow();
    },
  );

  it('survives a list of errors that is a Proxy, or of a class of its own', () => {
    class Own extends Array {
      override slice(): never {
        throw new Error('no');
      }
    }
    const trapped = new Proxy([], {
      get() {
        throw new Error('trap');
      },
    });
    const all = (errors: unknown) => Object.assign(new AggregateError([], 'all'), { errors });
    expect(errorText(all(trapped))).toBe('AggregateError: all');
    expect(errorText(all(Own.from(['a', 'b'])))).toBe('AggregateError: all\n- a\n- b');
  });

  it('survives a revoked Proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(errorText(proxy)).toBe('a thrown object that cannot be shown');
    expect(readable(proxy)).toEqual(new Error('a thrown object that cannot be shown'));
    expect(errorText(new AggregateError([proxy], 'x'))).toContain('- a thrown object that cannot');
  });

  it('does not write down more than it keeps', () => {
    const read: number[] = [];
    const large = Array.from({ length: 100_000 }, (_, at) => ({ toJSON: () => read.push(at) }));
    expect(errorText(large).length).toBeLessThan(200);
    expect(read.length).toBeLessThan(10_000);
    expect(bytes(errorText('x'.repeat(100 * 1024 * 1024)))).toBeLessThanOrEqual(8192);
  });

  it('is cut to 8 KiB, between characters', () => {
    const text = errorText(new Error('é'.repeat(1_000_000)));
    expect(bytes(text)).toBeLessThanOrEqual(8192);
    expect(bytes(text)).toBeGreaterThan(8100);
    expect(text).toMatch(/^é+… \(cut\)$/);
  });
});

describe('errorLine', () => {
  it('is the same in one line', () => {
    const error = new TypeError('\r\nfetch failed:\n  twice', { cause: new Error('closed') });
    expect(errorLine(error)).toBe('TypeError: fetch failed:; twice; caused by: closed');
  });
});

describe('backtraceText', () => {
  it('is where the error came from, without its message', () => {
    expect(backtraceText(new Error('boom\n    at and more'))).toMatch(/^ {4}at .*error-text\.spec/);
    expect(backtraceText(new Error('boom'))).not.toContain('boom');
  });

  it('is followed by where its causes came from', () => {
    const error = new Error('x', { cause: new TypeError('y') });
    expect(backtraceText(error)).toMatch(
      /^ {4}at .*spec[^]*\ncaused by: TypeError: y\n {4}at .*error-text\.spec/,
    );
    const all = new AggregateError([new Error('smtp 421')], 'all');
    all.stack = 'AggregateError: all';
    expect(backtraceText(all)).toMatch(/^- smtp 421\n {6}at .*error-text\.spec/);
  });

  it('has room for the causes, whatever comes before them', () => {
    const cause = new Error('y');
    const error = new Error('x', { cause });
    error.stack = `Error: x${'\n    at somewhere (file.js:1:1)'.repeat(100_000)}`;
    expect(bytes(backtraceText(error))).toBeLessThanOrEqual(16_384);
    expect(backtraceText(error)).toMatch(/caused by: y\n {4}at/);
  });

  it.each([['text'], [undefined], [{ stack: 'x' }], [Object.assign(new Error('x'), { stack: 7 })]])(
    'of %p is nothing',
    (thrown) => expect(backtraceText(thrown)).toBeUndefined(),
  );

  it('is cut to 16 KiB', () => {
    const error = new Error('x');
    error.stack = `Error: x${'\n    at somewhere (file.js:1:1)'.repeat(100_000)}`;
    expect(bytes(backtraceText(error))).toBeLessThanOrEqual(16_384);
  });
});

describe('errorStack', () => {
  it("matches Node's own text of an error and its causes", () => {
    expect(errorStack(new TypeError('x', { cause: new Error('y') }))).toMatch(
      /^TypeError: x\n {4}at [^]*\ncaused by: y\n {4}at /,
    );
    expect(errorStack('x')).toBeUndefined();
  });
});
