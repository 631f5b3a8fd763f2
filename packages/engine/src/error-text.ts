const MAX_BYTES = 8 * 1024;
const MAX_BACKTRACE_BYTES = 16 * 1024;
const CUT = '… (cut)';

/**
 * What an entry keeps of the thing that a handler threw: its message, at most 8 KiB. Never throws, whatever was
 * thrown.
 */
export function errorText(thrown: unknown): string {
  return cutText(describe(thrown).toWellFormed(), MAX_BYTES);
}

/**
 * Where an error came from, as an entry keeps it: the lines of its stack below the message, at most 16 KiB; `undefined`
 * for what has none. Never throws.
 */
export function backtraceText(thrown: unknown): string | undefined {
  try {
    if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return undefined;
    const frames = thrown.stack.indexOf(FIRST_FRAME);
    if (frames === -1) return undefined;
    return cutText(thrown.stack.slice(frames + 1).toWellFormed(), MAX_BACKTRACE_BYTES);
  } catch {
    return undefined;
  }
}

const FIRST_FRAME = '\n    at ';

function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) {
      const message: unknown = thrown.message;
      return String(message) || thrown.name;
    }
    if (typeof thrown === 'string') return thrown;
    const text = JSON.stringify(thrown) as string | undefined;
    return text ?? String(thrown);
  } catch {
    return `a thrown ${typeof thrown} that cannot be shown`;
  }
}

/** A text of at most so many bytes. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes) return text;
  // Cut by bytes, then drop what remains of a character cut in two.
  const bytes = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes - CUT.length - 2);
  return bytes.toString().replace(/\uFFFD+$/, '') + CUT;
}
