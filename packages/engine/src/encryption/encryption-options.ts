import { KEY_ID } from './envelope.js';
import { InvalidOptionError } from '../errors/errors.js';
import {
  assertOptions,
  isRecord,
  required,
  ruleBy,
  type OptionTable,
} from '../options/option-rules.js';

/** A secret key. */
export interface EncryptionKey {
  /** Names the key beside each value that it has encrypted: 1 to 32 letters, digits, `_` and `-`. It is not secret. */
  readonly id: string;
  /** 32 random bytes, as base64 or as bytes: `openssl rand -base64 32`. */
  readonly key: string | Uint8Array;
}

/** The keys for encrypted fields. */
export interface EncryptionOptions {
  /** The first key encrypts; all of them decrypt. At least one, each with an id of its own. */
  readonly keys: readonly EncryptionKey[];
}

/** The length of a key, in bytes. */
export const KEY_BYTES = 32;

const EXPECTED = '{ keys: [{ id, key }] }, where each key is 32 bytes, as base64 or as bytes';
const BASE64 = /^[A-Za-z0-9+/_-]+=*$/;

const KEY: OptionTable<EncryptionKey> = {
  // An invalid id may be the key, if both were exchanged.
  id: required(hidingRule('1 to 32 letters, digits, "_" and "-"', isKeyId)),
  key: required(hidingRule('32 bytes, as base64 or as bytes', isKey)),
};

const OPTIONS: OptionTable<EncryptionOptions> = {
  keys: required(hidingRule('a list of { id, key }, each id once', areKeys)),
};

/** The rule for the option `encryption`. Its errors quote no key. */
export const ENCRYPTION = ruleBy(EXPECTED, (value, option) => {
  if (!isRecord(value)) throw hiding(option, EXPECTED);
  assertOptions(`"${option}"`, value, OPTIONS, option);
  value.keys.forEach((key, index) => {
    const place = `${option}.keys[${index}]`;
    assertOptions(`"${place}"`, key, KEY, place);
  });
});

/** Returns the bytes of a key. */
export function keyBytes({ key }: Pick<EncryptionKey, 'key'>): Buffer {
  return typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.from(key);
}

/** A rule whose error does not quote the value, which contains a key. */
function hidingRule(expected: string, fits: (value: unknown) => boolean) {
  return ruleBy(expected, (value, option) => {
    if (!fits(value)) throw hiding(option, expected);
  });
}

function hiding(option: string, expected: string): InvalidOptionError {
  return new InvalidOptionError(option, undefined, expected, {
    message: `Option "${option}" is invalid (its value is secret and not shown); it must be ${expected}.`,
  });
}

function isKeyId(value: unknown): boolean {
  return typeof value === 'string' && KEY_ID.test(value);
}

function isKey(value: unknown): boolean {
  if (typeof value === 'string') {
    return BASE64.test(value) && keyBytes({ key: value }).length === KEY_BYTES;
  }
  return value instanceof Uint8Array && value.length === KEY_BYTES;
}

function areKeys(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const keys: readonly unknown[] = Array.from(value); // Unlike a copy, the list may have holes.
  const ids = keys.filter(isRecord).map(({ id }) => id);
  return keys.length > 0 && new Set(ids).size === keys.length;
}
