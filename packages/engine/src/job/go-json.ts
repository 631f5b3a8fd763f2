/**
 * The form in which Go writes the control characters 0x08 and 0x0c: up to Go 1.21 as `\u0008`, from 1.22 on as `\b`.
 * It matters only for unique keys that hold one of them.
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
// Besides what JSON asks for, Go escapes what would hurt inside HTML and JavaScript.
const MAY_BE_ESCAPED = /["\\<>&\u2028\u2029\p{Cc}\p{Surrogate}]/gu;
const DELETE = 0x7f;
const LAST_CONTROL = 0x9f;

/** A string as Go's encoding/json writes it. */
export function goString(text: string, escapes: GoEscapes): string {
  return `"${text.replace(MAY_BE_ESCAPED, (char) => escaped(char, escapes))}"`;
}

/** An object's keys in Go's order: by their UTF-8 bytes. */
export function goKeys(object: object): string[] {
  // By UTF-16 units, as JavaScript sorts, an emoji would stand before U+FFFF.
  return Object.keys(object).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function escaped(char: string, escapes: GoEscapes): string {
  const short = SHORT[char] ?? (escapes === 'go1.22' ? SHORT_SINCE_GO_1_22[char] : undefined);
  if (short !== undefined) return short;
  // Half of a surrogate pair has no UTF-8; Go writes this for bytes that have no meaning.
  if (/\p{Surrogate}/u.test(char)) return '\\ufffd';
  const code = char.charCodeAt(0);
  // Of the control characters JSON asks only for those below the space.
  if (code >= DELETE && code <= LAST_CONTROL) return char;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
