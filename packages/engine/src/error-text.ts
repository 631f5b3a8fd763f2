const MAX_BYTES = 8 * 1024;
const CUT = '… (cut)';

/**
 * What an entry keeps of the thing that a handler threw: its message, at most 8 KiB. Never throws, whatever was
 * thrown.
 */
export function errorText(thrown: unknown): string {
  return cut(describe(thrown).toWellFormed());
}

function describe(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message || thrown.name;
    if (typeof thrown === 'string') return thrown;
    const text = JSON.stringify(thrown) as string | undefined;
    return text ?? String(thrown);
  } catch {
    return `a thrown ${typeof thrown} that cannot be shown`;
  }
}

function cut(text: string): string {
  if (text.length <= MAX_BYTES && Buffer.byteLength(text) <= MAX_BYTES) return text;
  // Cut by bytes, then drop what remains of a character cut in two.
  const bytes = Buffer.from(text.slice(0, MAX_BYTES)).subarray(0, MAX_BYTES - CUT.length - 2);
  return bytes.toString().replace(/\uFFFD+$/, '') + CUT;
}
