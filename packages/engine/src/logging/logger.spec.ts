import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidOptionError } from '../errors/errors.js';
import { safeLogger, type Logger, type LoggerLike } from './logger.js';

let lines: unknown[][];

function record(level: string): (...args: unknown[]) => void {
  return (...args) => void lines.push([level, ...args]);
}

function writeAll(logger: Logger): void {
  logger.log('l');
  logger.warn('w');
  logger.error('e', 'stack');
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('safeLogger', () => {
  it('calls the methods of the engine as they are', () => {
    lines = [];
    writeAll(safeLogger({ log: record('log'), warn: record('warn'), error: record('error') }));
    expect(lines).toEqual([
      ['log', 'l'],
      ['warn', 'w'],
      ['error', 'e', 'stack'],
    ]);
  });

  it('writes to a logger with info instead of log, such as pino, the stack in its message', () => {
    lines = [];
    class Pino {
      readonly #write = record;
      info(...args: unknown[]): void {
        this.#write('info')(...args);
      }
      warn(...args: unknown[]): void {
        this.#write('warn')(...args);
      }
      error(...args: unknown[]): void {
        this.#write('error')(...args);
      }
    }
    writeAll(safeLogger(new Pino()));
    expect(lines).toEqual([
      ['info', 'l'],
      ['warn', 'w'],
      ['error', 'e\nstack'],
    ]);
  });

  it.each([
    ['info', ['info', 'info', 'info']],
    ['warn', ['warn', 'warn', 'warn']],
    ['error', ['error', 'error', 'error']],
    ['log', ['log', 'log', 'log']],
  ])('makes do with %s alone', (only, levels) => {
    lines = [];
    writeAll(safeLogger({ [only]: record(only) } as unknown as LoggerLike));
    expect(lines.map(([level]) => level)).toEqual(levels);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    [
      'throws a thing that cannot be shown',
      () => {
        throw Object.create(null) as unknown;
      },
    ],
  ])('survives one that %s, and says so once', async (_what, method) => {
    const complaints = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const given: unknown = { log: method, warn: method, error: method };
    const logger = safeLogger(given as Logger);
    writeAll(logger);
    writeAll(logger);
    await nextTurn();
    expect(complaints.mock.calls.length).toBeLessThanOrEqual(1);
  });

  it('survives one whose methods cannot be looked at', () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { proxy, revoke } = Proxy.revocable<Logger>({} as Logger, {});
    revoke();
    writeAll(safeLogger(proxy));
  });

  it.each([null, undefined, 5, 'pino', {}, [], { log: 'no function' }])('refuses %p', (given) => {
    expect(() => safeLogger(given as never)).toThrow(InvalidOptionError);
  });
});
