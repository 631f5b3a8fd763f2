import { InvalidOptionError } from '../errors/errors.js';
import { errorLine } from '../errors/error-text.js';
import { isObject } from '../base/objects.js';

/**
 * The engine's log. Nest's `Logger`, pino and `console` all fit: `info` replaces a missing `log`, and any other missing
 * method falls back to an existing one. Errors and rejections of a logger are contained.
 */
export interface Logger {
  log(message: string): void;
  warn(message: string): void;
  error(message: string, stack?: string): void;
}

/** A valid logger: one with the engine's own methods, or with the names that pino, winston and others use. */
export type LoggerLike = Logger | (Omit<Logger, 'log'> & { info(message: string): void });

/** Writes to the console; the default. */
export const consoleLogger: Logger = {
  log: (message) => console.log(message),
  warn: (message) => console.warn(message),
  error: (message, stack) => console.error(stack === undefined ? message : `${message}\n${stack}`),
};

/** Writes nothing. */
export const silentLogger: Logger = {
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

type Method = (...args: unknown[]) => unknown;

// The closest alternatives to each method.
const METHODS: Readonly<Record<keyof Logger, readonly string[]>> = {
  log: ['log', 'info', 'debug', 'warn', 'error'],
  warn: ['warn', 'error', 'log', 'info'],
  error: ['error', 'warn', 'log', 'info'],
};

/**
 * Wraps a logger, which may throw or lack methods, in one that never throws and has them all.
 *
 * @throws InvalidOptionError if the logger has no method to write with
 */
export function safeLogger(given: LoggerLike): Logger {
  assertLogger(given);
  let complained = false;
  const complain = (error: unknown): void => {
    if (complained) return;
    complained = true;
    tellConsole(error);
  };
  const write = (level: keyof Logger, ...args: readonly string[]): void => {
    try {
      const returned = methodOf(given, level)?.apply(given, [...args]);
      if (isThenable(returned)) returned.then(undefined, complain);
    } catch (error) {
      complain(error);
    }
  };
  return {
    log: (message) => write('log', message),
    warn: (message) => write('warn', message),
    error: (message, stack) => {
      if (stack === undefined) write('error', message);
      // Loggers with `info` instead of `log` treat further arguments as format parameters and discard them.
      else if (hasLog(given)) write('error', message, stack);
      else write('error', `${message}\n${stack}`);
    },
  };
}

/** Describes a logger in messages and documentation. */
export const LOGGERS = 'an object with log (or info), warn and error';

/** @throws InvalidOptionError if the value has no method to write with */
export function assertLogger(given: unknown): void {
  if (canWrite(given)) return;
  throw new InvalidOptionError('logger', given, LOGGERS);
}

function canWrite(given: unknown): boolean {
  try {
    return isObject(given) && methodOf(given, 'log') !== undefined;
  } catch {
    return true; // Its methods cannot be read now, but perhaps later.
  }
}

function methodOf(given: object, level: keyof Logger): Method | undefined {
  for (const name of METHODS[level]) {
    const method: unknown = (given as Readonly<Record<string, unknown>>)[name];
    if (typeof method === 'function') return method as Method;
  }
  return undefined;
}

function hasLog(given: object): boolean {
  try {
    return typeof (given as Partial<Logger>).log === 'function';
  } catch {
    return false;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

function tellConsole(error: unknown): void {
  try {
    const reason = errorLine(error);
    console.error(
      `The logger fails (${reason}); messages that it does not accept are lost. Fix it.`,
    );
  } catch {
    // The console fails as well: no other channel is left.
  }
}
