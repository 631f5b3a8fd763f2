/** The parts of an encrypted value. */
export interface Envelope {
  readonly keyId: string;
  /** The nonce, the ciphertext and the tag. */
  readonly bytes: Buffer;
}

const PREFIX = 'nestcraft:enc:1:';
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

/** Returns the parts of an encrypted value; `undefined` if the text is damaged. */
export function parseEnvelope(text: string): Envelope | undefined {
  const [, keyId, base64] = FORM.exec(text.slice(PREFIX.length)) ?? [];
  if (keyId === undefined || base64 === undefined) return undefined;
  return { keyId, bytes: Buffer.from(base64, 'base64url') };
}
