// A string, or a number.
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
// A double holds every whole number of 15 digits.
const LONG_WHOLE_NUMBER = /^-?\d{16,}$/;

// Marks a long whole number while JSON is parsed. No argument has such a name by chance.
const MARK = '\u0000whole number\u0000';

/** Parses JSON like `JSON.parse`, but returns long whole numbers as `bigint`, with all their digits. @throws SyntaxError */
export function parseExactly(text: string): unknown {
  const marked = text.replace(TOKEN, (token) =>
    LONG_WHOLE_NUMBER.test(token) ? JSON.stringify({ [MARK]: token }) : token,
  );
  return JSON.parse(marked, (_key, value: unknown) => wholeNumberIn(value) ?? value);
}

function wholeNumberIn(value: unknown): bigint | undefined {
  const digits: unknown = (value as Readonly<Record<string, unknown>> | null)?.[MARK];
  return typeof digits === 'string' && LONG_WHOLE_NUMBER.test(digits) ? BigInt(digits) : undefined;
}
