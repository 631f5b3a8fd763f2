const CUT = '… (cut)';

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
