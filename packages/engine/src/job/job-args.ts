import { types } from 'node:util';
import { InvalidJobArgsError } from '../errors/errors.js';
import { goKeys, goString, type GoEscapes } from './go-json.js';
import { assertInteger } from '../options/assert-integer.js';
import { jsonForm } from './json-form.js';
import { errorLine } from '../errors/error-text.js';
import { ruleBy, type OptionTable } from '../options/option-rules.js';

/** A job's arguments: a JSON object, in which a `bigint` is written as a whole number. */
export type JobArgs = object;

export interface JobArgsLimits {
  /** The maximum size of the arguments as JSON, in bytes, 1 to 268435456 (256 MiB); default 1 MiB. */
  readonly maxArgsBytes?: number | undefined;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
// Half of the maximum size of a Redis value and of a JavaScript string.
const MAX_BYTES = 256 * 1024 * 1024;
/** The rules for the limits. */
export const ARGS_LIMITS: OptionTable<JobArgsLimits> = {
  maxArgsBytes: ruleBy(`a whole number of bytes, 1 to ${MAX_BYTES}`, (value) =>
    assertArgsLimits({ maxArgsBytes: value as number }),
  ),
};

// Redis's own JSON library, through which gocraft/work's requeuer passes jobs, rejects more than 1000 levels.
const MAX_DEPTH = 200;
// Limits for the keys and characters of a path in messages.
const SHOWN_KEYS = 20;
const SHOWN_PATH = 200;
// Each byte of a Buffer takes at least two characters of JSON: a digit and a comma.
const BYTES_OF_A_BYTE = 2;
// A UTF-16 unit takes at most this many bytes of UTF-8. A text that is short enough by this measure is not measured
// exactly.
const MAX_BYTES_OF_A_UNIT = 3;
const SHORT = 100;
// Generated keys must not fill the memory.
const MAX_KNOWN = 1_000;
const AS_IT_IS = /^[ !#-[\]-~]*$/;

/**
 * Returns a job's arguments as JSON. Like `JSON.stringify`, it calls `toJSON` and omits `undefined` properties, but it
 * loses nothing silently.
 *
 * @throws InvalidJobArgsError for anything but an object or nothing; for values that JSON cannot represent, such as
 * NaN, a function, an invalid Date, an Error, a Map, binary data, or any other object whose content is not in its
 * properties; for a `bigint` that readers do not take for a finite number; for a cycle, more than 200 levels, or more
 * than `maxArgsBytes` bytes
 */
export function encodeArgs(
  jobName: string,
  args: JobArgs | null | undefined,
  limits: JobArgsLimits = {},
): string {
  if (args === undefined || args === null) return 'null';
  return encode(args, { jobName, path: 'args', style: PLAIN, limits });
}

/**
 * Returns the text of a unique key, made from a job's arguments or the caller's key: JSON exactly as Go writes it, so
 * that Go and this engine recognise the same duplicates.
 *
 * @throws InvalidJobArgsError as `encodeArgs`
 */
export function encodeUniqueKey(
  jobName: string,
  key: object,
  limits: JobArgsLimits = {},
  escapes: GoEscapes = 'go1.22',
): string {
  const quote = (text: string): string => goString(text, escapes);
  const style = { keys: goKeys, quote, leads: (key: string) => leadsTo(quote(key)) };
  return encode(key, { jobName, path: 'key', style, limits });
}

interface Encoding {
  readonly jobName: string;
  /** The object's name in errors. */
  readonly path: string;
  readonly style: Style;
  readonly limits: JobArgsLimits;
}

/** The key of an object's member or the index of an array's. */
type Key = string | number;

/** The order of an object's keys, and the encoding of strings. */
interface Style {
  readonly keys: (object: object) => readonly string[];
  readonly quote: (text: string) => string;
  readonly leads: (key: string) => Leads;
}

/** The text before the value of an object's first member, and before those of further members. */
interface Leads {
  readonly first: string;
  readonly next: string;
}

const PLAIN: Style = { keys: Object.keys, quote, leads: knownLeads };

/** @throws InvalidOptionError */
export function assertArgsLimits({ maxArgsBytes }: JobArgsLimits): void {
  if (maxArgsBytes !== undefined) assertInteger('maxArgsBytes', maxArgsBytes, 1, MAX_BYTES);
}

function encode(object: object, encoding: Encoding): string {
  const maxBytes = encoding.limits.maxArgsBytes ?? DEFAULT_MAX_BYTES;
  const text = new Encoder(encoding, maxBytes).object(object);
  const mayBeTooLarge = text.length * MAX_BYTES_OF_A_UNIT > maxBytes;
  if (mayBeTooLarge && Buffer.byteLength(text) > maxBytes) throw tooLarge(encoding, maxBytes);
  return text;
}

class Encoder {
  readonly #encoding: Encoding;
  readonly #style: Style;
  readonly #maxBytes: number;
  /** The keys that lead to the current object or array. */
  readonly #path: Key[] = [];
  /** The objects and arrays along that path. */
  readonly #within: object[] = [];
  #text = '';

  constructor(encoding: Encoding, maxBytes: number) {
    this.#encoding = encoding;
    this.#style = encoding.style;
    this.#maxBytes = maxBytes;
  }

  object(args: unknown): string {
    const { path } = this.#encoding;
    try {
      this.#whole(args, path);
    } catch (error) {
      if (error instanceof InvalidJobArgsError) throw error;
      throw this.#invalid(`cannot be read: ${errorLine(error)}`);
    }
    return this.#text;
  }

  #whole(args: unknown, path: string): void {
    const value = this.#resolved(args, '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#invalid(noObject(path, whatIs(value)), path);
    }
    this.#object('', value, path);
    if (!this.#text.startsWith('{')) throw this.#invalid(noObject(path, 'a primitive'), path);
  }

  /** Writes `lead` and the value under `key`. @returns `false` if JSON omits the value */
  #member(lead: string, member: unknown, key: Key): boolean {
    const value = this.#resolved(member, key);
    switch (typeof value) {
      case 'string':
        return this.#write(lead, this.#quoted(value));
      case 'number':
        if (!Number.isFinite(value)) throw this.#unfit(String(value), key);
        // JSON has a negative zero, although JSON.stringify does not write it.
        return this.#write(lead, Object.is(value, -0) ? '-0' : String(value));
      case 'bigint':
        return this.#write(lead, this.#wholeNumber(value, key));
      case 'boolean':
        return this.#write(lead, String(value));
      case 'undefined':
        return false;
      case 'object':
        if (value === null) return this.#write(lead, 'null');
        return this.#object(lead, value, key);
      default:
        throw this.#unfit(`a ${typeof value}`, key);
    }
  }

  #object(lead: string, value: object, key: Key): true {
    if (Array.isArray(value)) return this.#nested(lead, value, key);
    const form = jsonForm(value);
    switch (form.kind) {
      case 'properties':
        return this.#nested(lead, value, key);
      case 'primitive':
        this.#member(lead, form.value, key);
        return true;
      case 'raw':
        return this.#write(lead, this.#raw(form.text, key));
      case 'lost':
        throw this.#unfit(form.what, key, form.advice);
    }
  }

  /** Go and JavaScript read numbers as doubles. A larger number fails in Go and becomes Infinity in JavaScript. */
  #wholeNumber(value: bigint, key: Key): string {
    if (Number.isFinite(Number(value))) return String(value);
    throw this.#invalid(TOO_LARGE_A_NUMBER, key);
  }

  #raw(text: string, key: Key): string {
    if (typeof JSON.parse(text) !== 'number' || Number.isFinite(Number(text))) return text;
    throw this.#invalid(TOO_LARGE_A_NUMBER, key);
  }

  /** Returns the result of `toJSON` for a value that has the method. */
  #resolved(value: unknown, key: Key): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON !== 'function') return value;
    if (types.isDate(value) && Number.isNaN(Date.prototype.getTime.call(value))) {
      throw this.#unfit('an invalid Date', key);
    }
    // A Buffer's toJSON() first creates an array that is several times as large.
    if (types.isArrayBufferView(value)) this.#assertRoom(value.byteLength * BYTES_OF_A_BYTE);
    return Reflect.apply(toJSON, value, [String(key)]);
  }

  #nested(lead: string, value: object, key: Key): true {
    this.#text += lead;
    if (this.#within.includes(value)) throw this.#invalid('contains itself', key);
    this.#path.push(key);
    this.#within.push(value);
    if (this.#path.length > MAX_DEPTH) {
      throw this.#invalid(`is nested deeper than ${MAX_DEPTH} levels`);
    }
    if (Array.isArray(value)) this.#array(value);
    else this.#properties(value);
    this.#path.pop();
    this.#within.pop();
    return true;
  }

  #array(values: readonly unknown[]): void {
    this.#text += '[';
    const { length } = values;
    // Iterates by index: other iterations would skip the holes of a sparse array.
    for (let index = 0; index < length; index++) {
      const lead = index === 0 ? '' : ',';
      if (!this.#member(lead, values[index], index)) this.#write(lead, 'null');
    }
    this.#write(']');
  }

  #properties(object: object): void {
    const { keys, leads } = this.#style;
    let isEmpty = true;
    for (const key of keys(object)) {
      if (key.length > SHORT) this.#assertRoom(key.length);
      const { first, next } = leads(key);
      const value = (object as Record<string, unknown>)[key];
      if (this.#member(isEmpty ? first : next, value, key)) isEmpty = false;
    }
    this.#write(isEmpty ? '{}' : '}');
  }

  #quoted(text: string): string {
    if (text.length > SHORT) this.#assertRoom(text.length);
    return this.#style.quote(text);
  }

  /** Fails as soon as the text is certain to be too long, before all of it exists. */
  #write(lead: string, text = ''): true {
    this.#text += lead + text;
    this.#assertRoom(0);
    return true;
  }

  #assertRoom(length: number): void {
    if (this.#text.length + length > this.#maxBytes) throw tooLarge(this.#encoding, this.#maxBytes);
  }

  #unfit(what: string, key: Key, advice?: string): InvalidJobArgsError {
    const rest = advice === undefined ? '' : `; ${advice}`;
    return this.#invalid(`is ${what}, which JSON cannot hold${rest}`, key);
  }

  /** @param keys the path from the current object or array */
  #invalid(message: string, ...keys: readonly Key[]): InvalidJobArgsError {
    const { jobName, path: whole } = this.#encoding;
    const path = shownPath([...this.#path, ...keys]) || whole;
    return new InvalidJobArgsError(jobName, [{ path, message }]);
  }
}

const TOO_LARGE_A_NUMBER =
  'is a number beyond 1.8e308, which readers reject or take for Infinity; enqueue it as a string';

function shownPath(keys: readonly Key[]): string {
  const few = keys.length > SHOWN_KEYS ? [...keys.slice(0, SHOWN_KEYS), '…'] : keys;
  const path = few.join('.');
  return path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH).toWellFormed()}…` : path;
}

/** Works like JSON.stringify, in half the time for most strings, which are short and need no escapes. */
function quote(text: string): string {
  return text.length <= SHORT && AS_IT_IS.test(text) ? `"${text}"` : JSON.stringify(text);
}

const known = new Map<string, Leads>();

/** Caches the leads, because jobs of one name always have the same keys. */
function knownLeads(key: string): Leads {
  let leads = known.get(key);
  if (leads) return leads;
  leads = leadsTo(quote(key));
  if (key.length > SHORT) return leads;
  if (known.size === MAX_KNOWN) known.clear();
  known.set(key, leads);
  return leads;
}

/** Only arguments may be missing; a unique key may not. */
function noObject(path: string, what: string): string {
  return `must be an object${path === 'args' ? ' or nothing' : ''}, but is ${what}`;
}

function whatIs(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

function leadsTo(quotedKey: string): Leads {
  // join() yields a flat string; the result of a template would be flattened again on every use.
  return { first: ['{', quotedKey, ':'].join(''), next: [',', quotedKey, ':'].join('') };
}

function tooLarge({ jobName, path }: Encoding, maxBytes: number): InvalidJobArgsError {
  const message = `take more than ${maxBytes} bytes as JSON (option maxArgsBytes); store the data elsewhere and enqueue its key`;
  return new InvalidJobArgsError(jobName, [{ path, message }]);
}
