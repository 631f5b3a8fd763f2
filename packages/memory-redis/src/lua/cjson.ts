import { bytesOf, type Bytes } from '../bytes.js';
import { NULL, type LuaTable, type LuaValue } from './lua-state.js';

const DEEPEST = 1_000;
// cjson treats a table as an array if at least one in this many places is filled, or if it is short.
const SPARSE = { ratio: 2, safe: 10 };

/** Reads JSON as Redis's cjson does: bytes that are not UTF-8 stay unchanged, numbers become floats. @throws Error */
export function decodeJson(text: Bytes): LuaValue {
  return toLua(JSON.parse(withBytes(text)) as Json, 0);
}

/**
 * Writes JSON as cjson does: `/` is escaped, numbers have 14 digits, an empty table is an object.
 *
 * @throws Error
 */
export function encodeJson(value: LuaValue, depth = 0): Bytes {
  if (depth > DEEPEST) throw new Error('Cannot serialise, excessive depth');
  if (value === null || value === NULL) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quoted(value);
  return encodeTable(value instanceof Map ? value : new Map(value.entries()), depth);
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Replaces escapes above ASCII by UTF-8 bytes, so that JSON.parse, applied to bytes, returns bytes. */
function withBytes(text: Bytes): Bytes {
  return text.replace(
    /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|.)/gs,
    (escape) => {
      if (!escape.startsWith('\\u')) return escape;
      const codes = escape.split('\\u').slice(1);
      const character = String.fromCharCode(...codes.map((code) => Number.parseInt(code, 16)));
      return character < '\u0080' ? escape : bytesOf(character);
    },
  );
}

function toLua(value: Json, depth: number): LuaValue {
  if (depth > DEEPEST) throw new Error('Found too many nested data structures');
  if (value === null) return NULL;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => toLua(item, depth + 1));
  return new Map(Object.entries(value).map(([name, item]) => [name, toLua(item, depth + 1)]));
}

function encodeTable(table: LuaTable, depth: number): Bytes {
  const length = arrayLength(table);
  if (length > 0) {
    const items = Array.from({ length }, (_, i) => encodeJson(table.get(i + 1) ?? null, depth + 1));
    return `[${items.join(',')}]`;
  }
  const members = [...table].map(
    ([key, value]) => `${quoted(keyText(key))}:${encodeJson(value, depth + 1)}`,
  );
  return `{${members.join(',')}}`;
}

/** Returns the length of a table as an array; 0 if it is not an array. */
function arrayLength(table: LuaTable): number {
  const keys = [...table.keys()];
  const isIndex = (key: unknown): key is number => Number.isInteger(key) && Number(key) > 0;
  if (!keys.every(isIndex)) return 0;
  const length = Math.max(0, ...keys);
  if (length > SPARSE.safe && length > keys.length * SPARSE.ratio) {
    throw new Error('Cannot serialise table: excessively sparse array');
  }
  return length;
}

function keyText(key: number | Bytes | boolean): Bytes {
  if (typeof key === 'boolean')
    throw new Error('Cannot serialise table: table key must be a number or string');
  return typeof key === 'number' ? numberText(key) : key;
}

function quoted(bytes: Bytes): Bytes {
  return JSON.stringify(bytes)
    .replaceAll('/', String.raw`\/`)
    .replaceAll('\u007f', String.raw`\u007f`);
}

/** Formats a number like C's `%.14g`. */
function numberText(value: number): Bytes {
  if (!Number.isFinite(value)) throw new Error('Cannot serialise number: must not be NaN or Inf');
  const digits = 14;
  const exponent = Number(value.toExponential(digits - 1).split('e')[1]);
  if (exponent >= -5 + 1 && exponent < digits) return String(Number(value.toPrecision(digits)));
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}e${power.replace(/^([+-])(\d)$/, '$10$2')}`;
}
