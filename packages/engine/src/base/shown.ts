import { inspect, types } from 'node:util';

const MOST = 80;

/**
 * A value as a message shows it: as it is, NaN and invalid dates included, and in at most 80 characters. Never throws,
 * and runs no code of the value's.
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
      return JSON.stringify(value.slice(0, MOST + 1));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      // To write down one of many digits takes long.
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
  // It reads what a Proxy stands for without its traps, and calls no getter.
  return inspect(value, {
    depth: 1,
    breakLength: Infinity,
    compact: true,
    customInspect: false,
    maxArrayLength: 5,
    maxStringLength: MOST,
  });
}

function article(type: string): string {
  return type === 'object' ? 'an' : 'a';
}

/** Between characters: half of one cannot be written down. */
function cut(text: string): string {
  const whole = text.toWellFormed();
  if (whole.length <= MOST) return whole;
  return `${whole
    .slice(0, MOST)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}
