import { InvalidJobArgsError } from './errors.js';
import { goKeys, goString, type GoEscapes } from './go-json.js';

/** A job's arguments: what a JSON object can hold, and `bigint`, which is written as a whole number. */
export type JobArgs = object;

export interface JobArgsLimits {
  /** How many bytes the arguments may take as JSON; default 1 MiB. */
  readonly maxArgsBytes?: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
// Redis's own JSON, through which gocraft/work's requeuer sends jobs, refuses more than 1000 levels.
const MAX_DEPTH = 200;
// As JSON they would all be `{}`, their content lost.
const LOSSY = new Set(['[object Map]', '[object Set]', '[object WeakMap]', '[object Promise]']);
// A UTF-16 unit takes no more as UTF-8. Text that is short by this much needs no counting of its bytes.
const MAX_BYTES_OF_A_UNIT = 3;
const SHORT = 100;
// Keys may be made up as they go, and shall not fill the memory.
const MAX_KNOWN = 1_000;
const AS_IT_IS = /^[ !#-[\]-~]*$/;

/**
 * A job's arguments as JSON text. Like `JSON.stringify` (`toJSON` is obeyed, properties that are `undefined` are left
 * out), but nothing is lost in silence.
 *
 * @throws InvalidJobArgsError for anything but an object or nothing; for NaN, an infinity, a function, a symbol, a
 * Map, a Set, a cycle; for more than 200 levels or more than `maxArgsBytes` bytes
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
 * What a unique key says of a job's arguments (or of what the caller gives instead of them): JSON to the byte as Go
 * writes it, so that Go and this project find the same job a duplicate.
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
  /** What errors call the object. */
  readonly path: string;
  readonly style: Style;
  readonly limits: JobArgsLimits;
}

/** Of a member of an object, or of an array. */
type Key = string | number;

/** In which order an object's keys are written, and how a string is. */
interface Style {
  readonly keys: (object: object) => readonly string[];
  readonly quote: (text: string) => string;
  readonly leads: (key: string) => Leads;
}

/** What stands before the value of an object's first member, and before that of the next ones. */
interface Leads {
  readonly first: string;
  readonly next: string;
}

const PLAIN: Style = { keys: Object.keys, quote, leads: knownLeads };

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
  /** Keys that lead to the object or array that is being written. */
  readonly #path: Key[] = [];
  #text = '';

  constructor(encoding: Encoding, maxBytes: number) {
    this.#encoding = encoding;
    this.#style = encoding.style;
    this.#maxBytes = maxBytes;
  }

  object(args: unknown): string {
    const { path } = this.#encoding;
    const value = resolveToJson(args, '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const what = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
      throw this.#invalid(`must be an object or nothing, but is ${what}`, path);
    }
    this.#nested(value, path);
    return this.#text;
  }

  /** Writes what stands under `key`, and `lead` before it. @returns `false` where JSON has nothing for it */
  #member(lead: string, member: unknown, key: Key): boolean {
    const value = resolveToJson(member, key);
    switch (typeof value) {
      case 'string':
        return this.#write(lead, this.#style.quote(value));
      case 'number':
        if (!Number.isFinite(value))
          throw this.#invalid(`is ${value}, which JSON cannot hold`, key);
        // JSON has a negative zero, though JSON.stringify does not write it.
        return this.#write(lead, Object.is(value, -0) ? '-0' : String(value));
      case 'boolean':
      case 'bigint':
        return this.#write(lead, String(value));
      case 'undefined':
        return false;
      case 'object':
        if (value === null) return this.#write(lead, 'null');
        this.#text += lead;
        this.#nested(value, key);
        return true;
      default:
        throw this.#invalid(`is a ${typeof value}, which JSON cannot hold`, key);
    }
  }

  #nested(value: object, key: Key): void {
    this.#path.push(key);
    if (this.#path.length > MAX_DEPTH) {
      throw this.#invalid(`is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
    }
    if (Array.isArray(value)) this.#array(value);
    else this.#properties(value);
    this.#path.pop();
  }

  #array(values: readonly unknown[]): void {
    this.#text += '[';
    const { length } = values;
    // By index: to iterate or map would pass over what a sparse array leaves out.
    for (let index = 0; index < length; index++) {
      const lead = index === 0 ? '' : ',';
      if (!this.#member(lead, values[index], index)) this.#write(lead, 'null');
    }
    this.#write(']');
  }

  #properties(object: object): void {
    const tag = Object.prototype.toString.call(object);
    if (LOSSY.has(tag)) throw this.#invalid(`is a ${tag.slice(8, -1)}, which JSON cannot hold`);
    const { keys, leads } = this.#style;
    let isEmpty = true;
    for (const key of keys(object)) {
      const { first, next } = leads(key);
      const value = (object as Record<string, unknown>)[key];
      if (this.#member(isEmpty ? first : next, value, key)) isEmpty = false;
    }
    this.#write(isEmpty ? '{}' : '}');
  }

  /** Gives up as soon as the text is certain to be too long, before all of it exists. */
  #write(lead: string, text = ''): true {
    this.#text += lead + text;
    if (this.#text.length > this.#maxBytes) throw tooLarge(this.#encoding, this.#maxBytes);
    return true;
  }

  /** @param keys what leads on from the object or array that is being written */
  #invalid(message: string, ...keys: readonly Key[]): InvalidJobArgsError {
    const path = [...this.#path, ...keys].join('.');
    return new InvalidJobArgsError(this.#encoding.jobName, [{ path, message }]);
  }
}

/** As JSON.stringify, in half the time for what most strings are: short, and nothing to escape. */
function quote(text: string): string {
  return text.length <= SHORT && AS_IT_IS.test(text) ? `"${text}"` : JSON.stringify(text);
}

const known = new Map<string, Leads>();

/** Jobs of one name have the same keys, again and again. */
function knownLeads(key: string): Leads {
  let leads = known.get(key);
  if (leads) return leads;
  leads = leadsTo(quote(key));
  if (key.length > SHORT) return leads;
  if (known.size === MAX_KNOWN) known.clear();
  known.set(key, leads);
  return leads;
}

function leadsTo(quotedKey: string): Leads {
  // Joined, each is one string; a template's result would be put together again wherever it is written.
  return { first: ['{', quotedKey, ':'].join(''), next: [',', quotedKey, ':'].join('') };
}

function tooLarge({ jobName, path }: Encoding, maxBytes: number): InvalidJobArgsError {
  const message = `take more than ${maxBytes} bytes as JSON (option maxArgsBytes); store the data elsewhere and enqueue its key`;
  return new InvalidJobArgsError(jobName, [{ path, message }]);
}

function resolveToJson(value: unknown, key: Key): unknown {
  const convertible = value as { toJSON?: (key: string) => unknown } | null | undefined;
  return typeof value === 'object' && typeof convertible?.toJSON === 'function'
    ? convertible.toJSON(String(key))
    : value;
}
