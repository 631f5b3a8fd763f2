const CUT = '… (cut)';

/** Returns a text cut to at most `maxBytes` bytes, without splitting a character. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length <= maxBytes) {
    const whole = text.toWellFormed();
    if (Buffer.byteLength(whole) <= maxBytes) return whole;
  }
  // Cuts by bytes, then drops the rest of a split character.
  const bytes = Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes - CUT.length - 2);
  return bytes.toString().replace(/\uFFFD+$/, '') + CUT;
}
