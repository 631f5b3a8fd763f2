import type { Bytes } from './bytes.js';
import { RedisError } from './reply.js';

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Parses a 64-bit integer. @throws RedisError */
export function toBigInt(text: Bytes): bigint {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) throw RedisError.notAnInteger();
  return assertInt64(BigInt(text), () => RedisError.notAnInteger());
}

/** Parses an integer that JavaScript represents exactly, such as a count or a time. @throws RedisError */
export function toInteger(text: Bytes): number {
  const value = Number(toBigInt(text));
  if (!Number.isSafeInteger(value)) throw RedisError.notAnInteger();
  return value;
}

/** Adds 64-bit integers. @throws RedisError on overflow */
export function addIntegers(text: Bytes, by: bigint): bigint {
  return assertInt64(
    toBigInt(text) + by,
    () => new RedisError('ERR increment or decrement would overflow'),
  );
}

function assertInt64(value: bigint, fault: () => RedisError): bigint {
  if (value < INT64.min || value > INT64.max) throw fault();
  return value;
}

/** Parses any number, including `inf`. @throws RedisError */
export function toFloat(text: Bytes): number {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  const value = Number(text);
  if (text === '' || /\s/.test(text) || Number.isNaN(value)) throw RedisError.notAFloat();
  return value;
}

/** Formats a number like Redis: the shortest text that parses to the same number. */
export function floatText(value: number): Bytes {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}
