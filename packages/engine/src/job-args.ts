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
  const style = { keys: goKeys, quote: (text: string) => goString(text, escapes) };
  return encode(key, { jobName, path: 'key', style, limits });
}

interface Encoding {
  readonly jobName: string;
  /** What errors call the object. */
  readonly path: string;
  readonly style: Style;
  readonly limits: JobArgsLimits;
}

/** In which order an object's keys are written, and how a string is. */
interface Style {
  readonly keys: (object: object) => readonly string[];
  readonly quote: (text: string) => string;
}

const PLAIN: Style = { keys: Object.keys, quote: JSON.stringify };

function encode(object: object, encoding: Encoding): string {
  const { jobName, path, limits } = encoding;
  const maxBytes = limits.maxArgsBytes ?? DEFAULT_MAX_BYTES;
  const text = new Encoder(encoding, maxBytes).object(object);
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(jobName, path, maxBytes);
  return text;
}

class Encoder {
  readonly #jobName: string;
  readonly #style: Style;
  readonly #maxBytes: number;
  readonly #path: string[];
  #length = 0;

  constructor({ jobName, style, path }: Encoding, maxBytes: number) {
    this.#jobName = jobName;
    this.#style = style;
    this.#maxBytes = maxBytes;
    this.#path = [path];
  }

  object(args: unknown): string {
    const value = resolveToJson(args, '');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const what = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
      throw this.#invalid(`must be an object or nothing, but is ${what}`);
    }
    return this.#value(value) ?? 'null';
  }

  /** The value's JSON, or `undefined` where JSON has nothing for it. */
  #value(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return this.#counted(this.#style.quote(value));
      case 'number':
        if (!Number.isFinite(value)) throw this.#invalid(`is ${value}, which JSON cannot hold`);
        // JSON has a negative zero, though JSON.stringify does not write it.
        return Object.is(value, -0) ? '-0' : String(value);
      case 'boolean':
      case 'bigint':
        return value.toString();
      case 'undefined':
        return undefined;
      case 'object':
        if (value === null) return 'null';
        if (this.#path.length > MAX_DEPTH) {
          throw this.#invalid(`is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
        }
        return Array.isArray(value) ? this.#array(value) : this.#properties(value);
      default:
        throw this.#invalid(`is a ${typeof value}, which JSON cannot hold`);
    }
  }

  #array(values: readonly unknown[]): string {
    const parts = values.map((value, index) => this.#member(value, String(index)) ?? 'null');
    return this.#counted(`[${parts.join(',')}]`, parts.length);
  }

  #properties(object: object): string {
    const tag = Object.prototype.toString.call(object);
    if (LOSSY.has(tag)) throw this.#invalid(`is a ${tag.slice(8, -1)}, which JSON cannot hold`);
    let text = '';
    for (const key of this.#style.keys(object)) {
      const value = this.#member((object as Record<string, unknown>)[key], key);
      if (value === undefined) continue;
      text += `${text === '' ? '' : ','}${this.#style.quote(key)}:${value}`;
    }
    return this.#counted(`{${text}}`, 2);
  }

  #member(value: unknown, key: string): string | undefined {
    this.#path.push(key);
    const text = this.#value(resolveToJson(value, key));
    this.#path.pop();
    return text;
  }

  /** Gives up as soon as the text is certain to be too long, before all of it exists. */
  #counted(text: string, own = text.length): string {
    this.#length += own;
    if (this.#length > this.#maxBytes)
      throw tooLarge(this.#jobName, this.#path[0] ?? '', this.#maxBytes);
    return text;
  }

  #invalid(message: string): InvalidJobArgsError {
    return new InvalidJobArgsError(this.#jobName, [{ path: this.#path.join('.'), message }]);
  }
}

function tooLarge(jobName: string, path: string, maxBytes: number): InvalidJobArgsError {
  const message = `take more than ${maxBytes} bytes as JSON (option maxArgsBytes); store the data elsewhere and enqueue its key`;
  return new InvalidJobArgsError(jobName, [{ path, message }]);
}

function resolveToJson(value: unknown, key: string): unknown {
  const convertible = value as { toJSON?: (key: string) => unknown } | null | undefined;
  return typeof value === 'object' && typeof convertible?.toJSON === 'function'
    ? convertible.toJSON(key)
    : value;
}
