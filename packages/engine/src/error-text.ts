import { shown } from './shown.js';
import { isError, unreadable } from './thrown.js';

const MAX_BYTES = 8 * 1024;
const MAX_BACKTRACE_BYTES = 16 * 1024;
const CUT = '… (cut)';
const FIRST_FRAME = '\n    at ';

/**
 * What an entry keeps of the thing that a handler threw: its message, at most 8 KiB. Never throws, whatever was
 * thrown.
 */
export function errorText(thrown: unknown): string {
  return cutText(describe(thrown), MAX_BYTES);
}

/**
 * Where an error came from, as an entry keeps it: the lines of its stack below the message, at most 16 KiB; `undefined`
 * for what has none. Never throws.
 */
export function backtraceText(thrown: unknown): string | undefined {
  try {
    if (!isError(thrown) || typeof thrown.stack !== 'string') return undefined;
    const frames = thrown.stack.indexOf(FIRST_FRAME);
    if (frames === -1) return undefined;
    return cutText(thrown.stack.slice(frames + 1), MAX_BACKTRACE_BYTES);
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): string {
  try {
    if (typeof thrown === 'string') return thrown;
    if (isError(thrown)) return String(thrown.message) || String(thrown.name);
    return typeof thrown === 'object' && thrown !== null ? objectText(thrown) : shown(thrown);
  } catch {
    return unreadable(thrown);
  }
}

/** As JSON, unless it is larger than what is kept: to write all of that down could take the process a while. */
function objectText(thrown: object): string {
  let left = MAX_BYTES;
  try {
    return JSON.stringify(thrown, (_key, value: unknown) => {
      left -= typeof value === 'string' ? value.length : 1;
      if (left < 0) throw new RangeError('more than is kept');
      return value;
    });
  } catch {
    return shown(thrown);
  }
}

/** A text of at most so many bytes, without half characters. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length <= maxBytes) {
    const whole = text.toWellFormed();
    if (Buffer.byteLength(whole) <= maxBytes) return whole;
  }
  // Cut by bytes, then drop what remains of a character cut in two.
  const bytes = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes - CUT.length - 2);
  return bytes.toString().replace(/\uFFFD+$/, '') + CUT;
}
