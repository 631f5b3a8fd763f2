/** The parts of an encrypted value. */
export interface Envelope {
  readonly keyId: string;
  /** The nonce, the ciphertext and the tag. */
  readonly bytes: Buffer;
}

const PREFIX = 'nestcraft:enc:1:';
// What an encrypted value consists of, intact or not. JSON needs no escapes for it.
const IN_TEXT = /nestcraft:enc:1:[\w:+/=-]*/g;
const FORM = /^([\w-]{1,32}):([\w-]+)$/;

/** The valid key ids. */
export const KEY_ID = /^[\w-]{1,32}$/;

/** Returns an encrypted value as a string, which JSON can hold without escapes. */
export function envelopeText({ keyId, bytes }: Envelope): string {
  return `${PREFIX}${keyId}:${bytes.toString('base64url')}`;
}

/** Returns whether a value is an encrypted value, intact or not. */
export function isEnvelope(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

/** Returns whether a text, such as an entry, contains an encrypted value. */
export function hasEnvelope(text: string): boolean {
  return text.includes(PREFIX);
}

/** Returns a text with a mark in the place of each encrypted value. JSON stays JSON if the mark needs no escapes. */
export function maskEnvelopes(text: string, mark: string): string {
  return hasEnvelope(text) ? text.replace(IN_TEXT, mark) : text;
}

/** Returns the parts of an encrypted value; `undefined` if the text is damaged. */
export function parseEnvelope(text: string): Envelope | undefined {
  const [, keyId, base64] = FORM.exec(text.slice(PREFIX.length)) ?? [];
  if (keyId === undefined || base64 === undefined) return undefined;
  return { keyId, bytes: Buffer.from(base64, 'base64url') };
}
