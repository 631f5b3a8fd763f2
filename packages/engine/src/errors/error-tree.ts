import { types } from 'node:util';
import { cutText } from '../base/cut-text.js';
import { ownKindOf } from './error-kind.js';
import { isObject } from '../base/objects.js';
import { withoutPasswords } from './secrets.js';
import { shown } from '../base/shown.js';
import { isError, unreadable } from '../base/thrown.js';

/** Something that was thrown, as far as it can be read, and what it holds. */
export interface ErrorTree {
  /** What it says: its class, its code and its message; never empty. */
  readonly headline: string;
  /** The lines of its stack below that; empty for what has none. */
  readonly frames: string;
  /** It has the stack of its cause, for which it stands. */
  readonly standsForCause: boolean;
  /** Of an AggregateError, the first errors. */
  readonly errors: readonly ErrorTree[];
  /** How many errors there are beyond those. */
  readonly more: number;
  readonly cause: ErrorTree | undefined;
}

const FIRST_FRAME = '\n    at ';
// No more is read of a message or a stack, and no more of them all: what is thrown may be without end.
const MAX_BYTES = 8 * 1024;
const MAX_FRAMES_BYTES = 16 * 1024;
const MAX_CAUSES = 10;
const MAX_ERRORS = 5;
const MAX_TOTAL = 30;
const MAX_CODE = 64;

/** Reads what was thrown. Never throws, whatever that was, and comes to an end. */
export function errorTree(thrown: unknown): ErrorTree {
  return new Reader().read(thrown, MAX_CAUSES);
}

class Reader {
  readonly #above: unknown[] = [];
  #left = MAX_TOTAL;

  /** @param depth how many more are read one below the other */
  read(thrown: unknown, depth: number): ErrorTree {
    if (this.#above.includes(thrown) && isObject(thrown)) return leaf('(stands above already)');
    if (depth < 0 || this.#left === 0) return leaf('(more is left out)');
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

/** `TypeError [ERR_INVALID_URL]: Invalid URL`; what says nothing, or is said in the message, is left out. */
function errorHeadline(error: object): string {
  const message = bounded(textOf(field(error, 'message'))).trim();
  const code = codeOf(error);
  const shownCode = code === '' || message.includes(code) ? '' : ` [${code}]`;
  const name = classOf(error);
  if (message === '') return `${name || 'Error'}${shownCode}`;
  if (shownCode === '' && (name === '' || message.startsWith(`${name}:`))) return message;
  return `${name || 'Error'}${shownCode}: ${message}`;
}

// What JavaScript has; a class of the user's often keeps the name of the one that it extends.
const BUILT_IN = new Set([
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError'],
  ...['AggregateError', 'SuppressedError'],
]);

/** What an error is called, if that says more than that it is one; our own say all in their message. */
function classOf(error: object): string {
  const name = bounded(textOf(field(error, 'name')), MAX_CODE);
  // What Redis answers begins with its code.
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

/** Of the system, of Node or of a library, such as `ENOENT`, `ERR_INVALID_URL` and `23505`. */
function codeOf(error: object): string {
  if (madeBy(error) === 'DOMException') return ''; // A number of old, which its name says.
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

/** The lines below the message, which may look like one of them. */
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

/** What an error says it came of. */
function causeOf(thrown: unknown): unknown {
  return isObject(thrown) ? field(thrown, 'cause') : undefined;
}

/** What an error says it consists of: of an AggregateError whatever was thrown, of another the errors. */
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

/** The first errors of another one, and how many it has. */
interface Held {
  readonly first: readonly unknown[];
  readonly count: number;
}

const NOTHING: Held = { first: [], count: 0 };

/** By the index: a list of the user's may be a Proxy, or of a class with other methods. */
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

/** A member; `undefined` of what throws when it is looked at. */
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

/** Before anything is done with it that takes time. */
function bounded(text: string, most = MAX_BYTES): string {
  return text.length > most ? text.slice(0, most + 1) : text;
}

/** As JSON, unless it is larger than what is kept: to write all of that down could take the process a while. */
function objectText(thrown: object): string {
  let left = MAX_BYTES;
  try {
    const text = JSON.stringify(thrown, (_key, value: unknown) => {
      left -= typeof value === 'string' ? value.length : 1;
      if (left < 0) throw new RangeError('more than is kept');
      return value;
    }) as string | undefined;
    return text === undefined || text === '{}' ? shown(thrown) : text;
  } catch {
    return shown(thrown);
  }
}
