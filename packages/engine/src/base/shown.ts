import { inspect, types } from 'node:util';

const MAX_LENGTH = 80;

/**
 * Returns a value as messages show it, in at most 80 characters; NaN and invalid dates appear as such. Never throws,
 * and runs no code of the value.
 */
export function shown(value: unknown): string {
  try {
    return cut(textOf(value));
  } catch {
    return `${article(typeof value)} ${typeof value} that cannot be shown`;
  }
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.slice(0, MAX_LENGTH + 1));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // Converting a bigint of many digits takes long.
      return Number.isFinite(Number(value)) ? `${value}n` : 'a bigint of more than 308 digits';
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      return String(value);
  }
}

function objectText(value: object): string {
  if (types.isDate(value) && Number.isNaN(Date.prototype.getTime.call(value))) {
    return 'an invalid Date';
  }
  // Reads the target of a Proxy without its traps, and calls no getter.
  return inspect(value, {
    depth: 1,
    breakLength: Infinity,
    compact: true,
    customInspect: false,
    maxArrayLength: 5,
    maxStringLength: MAX_LENGTH,
  });
}

function article(type: string): string {
  return type === 'object' ? 'an' : 'a';
}

/** Cuts between characters: half a surrogate pair cannot be encoded. */
function cut(text: string): string {
  const whole = text.toWellFormed();
  if (whole.length <= MAX_LENGTH) return whole;
  return `${whole
    .slice(0, MAX_LENGTH)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
