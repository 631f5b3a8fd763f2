import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { type EncryptionOptions, KEY_BYTES, keyBytes } from './encryption-options.js';
import { envelopeText, parseEnvelope } from './envelope.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const DIGEST_PURPOSE = 'nestcraft:unique';

/** The reason why a value cannot be decrypted. */
export interface DecryptionFault {
  /** `unknownKey`: no key has this id. `damaged`: the value, its place or the key is not the original one. */
  readonly fault: 'unknownKey' | 'damaged';
  /** `undefined` if the value does not name its key. */
  readonly keyId: string | undefined;
}

/** The keys of a process. The first one encrypts, all of them decrypt. */
export class Keyring {
  readonly #keys = new Map<string, KeyObject>();
  readonly #firstId: string | undefined;
  /** The key for digests, derived when it is first needed. */
  #digestKey: Buffer | undefined;

  /** @param options checked options; `undefined` for no keys */
  constructor({ keys }: EncryptionOptions = { keys: [] }) {
    for (const one of keys) this.#keys.set(one.id, createSecretKey(keyBytes(one)));
    this.#firstId = keys[0]?.id;
  }

  /** The ids of the keys, the encrypting one first. */
  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /**
   * Encrypts a text.
   *
   * @param place authenticated with the text: it can be decrypted only with the same place
   */
  encrypt(text: string, place: string): string {
    const { id, key } = this.#first();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
    const bytes = Buffer.concat([
      nonce,
      cipher.update(text, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return envelopeText({ keyId: id, bytes });
  }

  /** Decrypts a text, or returns the reason why that is impossible. Never throws. */
  decrypt(encrypted: string, place: string): { readonly text: string } | DecryptionFault {
    const envelope = parseEnvelope(encrypted);
    if (!envelope) return { fault: 'damaged', keyId: undefined };
    const { keyId, bytes } = envelope;
    const key = this.#keys.get(keyId);
    if (!key) return { fault: 'unknownKey', keyId };
    const text = opened(key, bytes, place);
    return text === undefined ? { fault: 'damaged', keyId } : { text };
  }

  /**
   * Returns a digest of a text, which reveals nothing about the text to anybody without the key. It changes when
   * another key becomes the first.
   */
  digest(text: string): string {
    const { id, key } = this.#first();
    this.#digestKey ??= Buffer.from(hkdfSync('sha256', key, '', DIGEST_PURPOSE, KEY_BYTES));
    return `${id}:${createHmac('sha256', this.#digestKey).update(text).digest('base64url')}`;
  }

  #first(): { readonly id: string; readonly key: KeyObject } {
    const id = this.#firstId;
    const key = id === undefined ? undefined : this.#keys.get(id);
    if (id === undefined || !key) throw new Error('A keyring without keys cannot encrypt');
    return { id, key };
  }
}

function opened(key: KeyObject, bytes: Buffer, place: string): string | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const options = { authTagLength: TAG_BYTES };
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, options)
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([text, decipher.final()]).toString();
  } catch {
    return undefined; // The tag does not fit.
  }
}
