import { types } from 'node:util';
import { cutText } from '../base/cut-text.js';
import { ownKindOf } from './error-kind.js';
import { isObject } from '../base/objects.js';
import { withoutPasswords } from './secrets.js';
import { shown } from '../base/shown.js';
import { isError, unreadable } from '../base/thrown.js';

/** A thrown value, as far as it can be read, and the errors nested in it. */
export interface ErrorTree {
  /** Its class, code and message; never empty. */
  readonly headline: string;
  /** Its stack without the message; empty if it has none. */
  readonly frames: string;
  /** Whether it has the same stack as its cause and therefore stands for it. */
  readonly standsForCause: boolean;
  /** The first errors of an AggregateError. */
  readonly errors: readonly ErrorTree[];
  /** The number of further errors. */
  readonly more: number;
  readonly cause: ErrorTree | undefined;
}

const FIRST_FRAME = '\n    at ';
// Limits for each message, each stack and the whole tree: a thrown value may be infinite.
const MAX_BYTES = 8 * 1024;
const MAX_FRAMES_BYTES = 16 * 1024;
const MAX_CAUSES = 10;
const MAX_ERRORS = 5;
const MAX_TOTAL = 30;
const MAX_CODE = 64;

/** Reads a thrown value. Never throws, and always terminates. */
export function errorTree(thrown: unknown): ErrorTree {
  return new Reader().read(thrown, MAX_CAUSES);
}

class Reader {
  readonly #above: unknown[] = [];
  #left = MAX_TOTAL;

  /** @param depth how many further levels are read */
  read(thrown: unknown, depth: number): ErrorTree {
    if (this.#above.includes(thrown) && isObject(thrown)) return leaf('(already shown above)');
    if (depth < 0 || this.#left === 0) return leaf('(more omitted)');
    this.#left--;
    this.#above.push(thrown);
    const { errors, more } = this.#errors(thrown, depth);
    const below = causeOf(thrown);
    const cause = isNothing(below) ? undefined : this.read(below, depth - 1);
    this.#above.pop();
    const standsForCause = stackOf(thrown) !== '' && stackOf(thrown) === stackOf(below);
    return {
      ...{ headline: headlineOf(thrown), frames: framesOf(thrown) },
      ...{ standsForCause, errors, more, cause },
    };
  }

  #errors(thrown: unknown, depth: number): Pick<ErrorTree, 'errors' | 'more'> {
    const { first, count } = errorsOf(thrown, Math.min(MAX_ERRORS, this.#left));
    const errors = first.map((one) => this.read(one, depth - 1));
    return { errors, more: count - errors.length };
  }
}

function leaf(headline: string): ErrorTree {
  return { headline, frames: '', standsForCause: false, errors: [], more: 0, cause: undefined };
}

function headlineOf(thrown: unknown): string {
  const text = cutText(withoutPasswords(readHeadline(thrown)), MAX_BYTES);
  return text === '' ? 'an empty text' : text;
}

function readHeadline(thrown: unknown): string {
  try {
    if (typeof thrown === 'string') return bounded(thrown);
    if (!isObject(thrown)) return shown(thrown);
    if (isError(thrown) || hasMessage(thrown)) return errorHeadline(thrown);
    return typeof thrown === 'function' ? shown(thrown) : objectText(thrown);
  } catch {
    return unreadable(thrown);
  }
}

/**
 * Returns a headline such as `TypeError [ERR_INVALID_URL]: Invalid URL`. Omits a name or code that adds nothing or is
 * already in the message.
 */
function errorHeadline(error: object): string {
  const message = bounded(textOf(field(error, 'message'))).trim();
  const code = codeOf(error);
  const shownCode = code === '' || message.includes(code) ? '' : ` [${code}]`;
  const name = classOf(error);
  if (message === '') return `${name || 'Error'}${shownCode}`;
  if (shownCode === '' && (name === '' || message.startsWith(`${name}:`))) return message;
  return `${name || 'Error'}${shownCode}: ${message}`;
}

// Built-in names say little: a user's class often keeps the name of its base class.
const BUILT_IN = new Set([
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'],
  ...['AggregateError', 'SuppressedError'],
]);

/**
 * Returns the name of an error's class if it says more than `Error`. Our own errors need none: their messages are
 * complete.
 */
function classOf(error: object): string {
  const name = bounded(textOf(field(error, 'name')), MAX_CODE);
  // A Redis reply begins with its code.
  if (ownKindOf(error) !== undefined || name === 'ReplyError') return '';
  const made = madeBy(error);
  const called = name === '' || (BUILT_IN.has(name) && !BUILT_IN.has(made)) ? made || name : name;
  const it = called === 'Error' ? made : called;
  return it === 'Error' || it === 'Object' ? '' : it;
}

function madeBy(error: object): string {
  const constructor = field(error, 'constructor');
  return typeof constructor === 'function'
    ? bounded(textOf(field(constructor, 'name')), MAX_CODE)
    : '';
}

/** Returns the error code of the system, Node or a library, such as `ENOENT`, `ERR_INVALID_URL` or `23505`. */
function codeOf(error: object): string {
  if (madeBy(error) === 'DOMException') return ''; // Its code is a legacy number; the name says the same.
  for (const key of ['code', 'errno']) {
    const code = field(error, key);
    if (typeof code === 'number' || typeof code === 'bigint') return shown(code);
    if (typeof code === 'string' && code !== '' && code.length <= MAX_CODE) return code;
  }
  return '';
}

function stackOf(thrown: unknown): string {
  try {
    return isError(thrown) && typeof thrown.stack === 'string' ? thrown.stack : '';
  } catch {
    return '';
  }
}

/** Returns the stack without the message. The message may itself contain lines that look like frames. */
function framesOf(thrown: unknown): string {
  const stack = stackOf(thrown);
  const message = isObject(thrown) ? textOf(field(thrown, 'message')) : '';
  const at = stack.indexOf(message);
  const start = stack.indexOf(FIRST_FRAME, at === -1 ? 0 : at + message.length);
  if (start === -1) return '';
  return cutText(
    withoutPasswords(bounded(stack.slice(start + 1), MAX_FRAMES_BYTES)),
    MAX_FRAMES_BYTES,
  );
}

/** Returns an error's `cause`. */
function causeOf(thrown: unknown): unknown {
  return isObject(thrown) ? field(thrown, 'cause') : undefined;
}

/**
 * Returns the errors nested in an error: everything inside an AggregateError; for other classes, only lists of real
 * errors.
 */
function errorsOf(thrown: unknown, most: number): Held {
  if (!isObject(thrown)) return NOTHING;
  try {
    const { errors, error, suppressed } = thrown as Readonly<Record<string, unknown>>;
    if (suppressed !== undefined && isError(thrown)) return firstOf([error, suppressed], most);
    if (!Array.isArray(errors) || !isError(thrown)) return NOTHING;
    const holdsAnything = thrown.name === 'AggregateError' || madeBy(thrown) === 'AggregateError';
    return holdsAnything || isError(errors[0]) ? firstOf(errors, most) : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** The first nested errors, and the total number. */
interface Held {
  readonly first: readonly unknown[];
  readonly count: number;
}

const NOTHING: Held = { first: [], count: 0 };

/** Reads by index: a user's list may be a Proxy or have overridden methods. */
function firstOf(errors: readonly unknown[], most: number): Held {
  const count = errors.length;
  return { first: Array.from({ length: Math.min(most, count) }, (_, i) => errors[i]), count };
}

function isNothing(cause: unknown): boolean {
  return cause === undefined || cause === null || cause === '';
}

function hasMessage(thrown: object): boolean {
  const message = field(thrown, 'message');
  return typeof message === 'string' && message !== '' && !types.isProxy(thrown);
}

/** Returns a member; `undefined` if reading it throws. */
function field(object: object, key: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : shown(value);
}

/** Cuts a text before anything expensive is done with it. */
function bounded(text: string, most = MAX_BYTES): string {
  return text.length > most ? text.slice(0, most + 1) : text;
}

/** Returns an object as JSON, unless it exceeds the limit: serialising a huge object would block the process. */
function objectText(thrown: object): string {
  let left = MAX_BYTES;
  try {
    const text = JSON.stringify(thrown, (_key, value: unknown) => {
      left -= typeof value === 'string' ? value.length : 1;
      if (left < 0) throw new RangeError('larger than the limit');
      return value;
    }) as string | undefined;
    return text === undefined || text === '{}' ? shown(thrown) : text;
  } catch {
    return shown(thrown);
  }
}
