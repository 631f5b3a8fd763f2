import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEnvelope } from './envelope.js';
import { ENCRYPTION, type EncryptionKey } from './encryption-options.js';
import { Keyring } from './keyring.js';

const aKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32).toString('base64') });
const [old, next] = [aKey('old'), aKey('next')] as const;

describe('a keyring', () => {
  it('decrypts any text that it has encrypted, at the same place', () => {
    const keyring = new Keyring({ keys: [old] });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, place) => {
        const encrypted = keyring.encrypt(text.toWellFormed(), place);
        expect(isEnvelope(encrypted)).toBe(true);
        expect(JSON.stringify(encrypted)).toBe(`"${encrypted}"`);
        expect(keyring.decrypt(encrypted, place)).toEqual({ text: text.toWellFormed() });
      }),
    );
  });

  it('detects every change of a value, and another place', () => {
    const keyring = new Keyring({ keys: [old] });
    const encrypted = keyring.encrypt('secret', 'here');
    const start = encrypted.lastIndexOf(':') + 1;
    const bytes = Buffer.from(encrypted.slice(start), 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const text = encrypted.slice(0, start) + changed.toString('base64url');
        expect(keyring.decrypt(text, 'here')).toEqual({ fault: 'damaged', keyId: 'old' });
      }),
    );
    for (let length = start + 1; length < encrypted.length - 1; length++) {
      const cut = encrypted.slice(0, length);
      expect(keyring.decrypt(cut, 'here')).toMatchObject({ fault: 'damaged' });
    }
    expect(keyring.decrypt(encrypted, 'there')).toEqual({ fault: 'damaged', keyId: 'old' });
    const nameless = encrypted.replace('old:', '');
    expect(keyring.decrypt(nameless, 'here')).toEqual({ fault: 'damaged', keyId: undefined });
  });

  it('encrypts with the first key and decrypts with all of them', () => {
    const [before, during, after] = [[old], [next, old], [next]].map(
      (keys) => new Keyring({ keys }),
    );
    const first = before?.encrypt('a', '') ?? '';
    const second = during?.encrypt('b', '') ?? '';
    expect(during?.decrypt(first, '')).toEqual({ text: 'a' });
    expect(after?.decrypt(second, '')).toEqual({ text: 'b' });
    expect(after?.decrypt(first, '')).toEqual({ fault: 'unknownKey', keyId: 'old' });
    expect(before?.decrypt(second, '')).toEqual({ fault: 'unknownKey', keyId: 'next' });
    const impostor = new Keyring({ keys: [{ ...old, key: next.key }] });
    expect(impostor.decrypt(first, '')).toEqual({ fault: 'damaged', keyId: 'old' });
  });

  it('never encrypts a text to the same bytes twice, and digests it always to the same', () => {
    const keyring = new Keyring({ keys: [old, next] });
    const texts = Array.from({ length: 100 }, () => keyring.encrypt('same', 'place'));
    expect(new Set(texts).size).toBe(100);
    expect(keyring.digest('same')).toBe(new Keyring({ keys: [old] }).digest('same'));
    expect(keyring.digest('same')).toMatch(/^old:[\w-]{43}$/);
    expect(keyring.digest('same')).not.toBe(keyring.digest('other'));
    expect(keyring.digest('same')).not.toBe(new Keyring({ keys: [next] }).digest('same'));
  });

  it('takes keys as base64, as base64url and as bytes', () => {
    const bytes = randomBytes(32);
    const forms = [
      bytes,
      new Uint8Array(bytes),
      bytes.toString('base64'),
      bytes.toString('base64url'),
    ];
    const [one, ...others] = forms.map((key) => new Keyring({ keys: [{ id: 'k', key }] }));
    const text = one?.encrypt('text', '') ?? '';
    for (const other of others) expect(other.decrypt(text, '')).toEqual({ text: 'text' });
  });
});

describe('the option "encryption"', () => {
  const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ=';

  it.each([
    [secret],
    [[{ id: 'k', key: secret }]],
    [{ keys: secret }],
    [{ keys: [] }],
    [{ keys: [secret] }],
    [{ keys: [{ id: 'k', key: secret }] }],
    [{ keys: [{ id: secret }] }],
    [{ keys: [{ key: old.key }] }],
    [{ keys: [{ ...old, id: 'a:b' }] }],
    [{ keys: [{ ...old, id: 'a'.repeat(33) }] }],
    [{ keys: [old, { ...next, id: 'old' }] }],
    [{ keys: [{ ...old, key: old.key.slice(4) }] }],
    [{ keys: [{ ...old, key: randomBytes(16) }] }],
    [{ keys: [{ ...old, kye: secret }] }],
    [{ keys: [old], key: secret }],
    [{ keys: Object.assign(new Array(2), { 1: old }) }],
  ])('%# is refused, without quoting a key', (given) => {
    let error: unknown;
    try {
      ENCRYPTION.check('encryption', given);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: expect.stringMatching(/^(Invalid|Unknown)OptionError$/) });
    const shown = `${String(error)} ${JSON.stringify(error)}`;
    expect(shown).toContain('encryption');
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(String(old.key).slice(4));
  });
});
