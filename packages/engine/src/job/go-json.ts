/**
 * How Go writes the control characters 0x08 and 0x0c: up to Go 1.21 as `\u0008`, since Go 1.22 as `\b`. The difference
 * matters only for unique keys that contain one of them.
 */
export type GoEscapes = 'go1.21' | 'go1.22';

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};
const SHORT_SINCE_GO_1_22: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f' };
// Besides the characters that JSON requires, Go escapes those that are unsafe inside HTML and JavaScript.
const MAY_BE_ESCAPED = /["\\<>&\u2028\u2029\p{Cc}\p{Surrogate}]/gu;
const DELETE = 0x7f;
const LAST_CONTROL = 0x9f;

/** Returns a string as Go's encoding/json writes it. */
export function goString(text: string, escapes: GoEscapes): string {
  return `"${text.replace(MAY_BE_ESCAPED, (char) => escaped(char, escapes))}"`;
}

/** Returns an object's keys in Go's order, by their UTF-8 bytes. */
export function goKeys(object: object): string[] {
  // JavaScript sorts by UTF-16 units, which would put an emoji before U+FFFF.
  return Object.keys(object).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function escaped(char: string, escapes: GoEscapes): string {
  const short = SHORT[char] ?? (escapes === 'go1.22' ? SHORT_SINCE_GO_1_22[char] : undefined);
  if (short !== undefined) return short;
  // Half of a surrogate pair has no UTF-8 encoding; Go writes this for invalid bytes.
  if (/\p{Surrogate}/u.test(char)) return '\\ufffd';
  const code = char.charCodeAt(0);
  // JSON requires escapes only for the control characters below the space.
  if (code >= DELETE && code <= LAST_CONTROL) return char;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
