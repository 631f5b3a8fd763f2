import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ArgsCipher, cipherFor } from './args-cipher.js';
import { Keyring } from './keyring.js';
import { InvalidJobArgsError, JobDecryptionError, NoEncryptionKeyError } from '../errors/errors.js';

const keyring = new Keyring({ keys: [{ id: 'k1', key: randomBytes(32) }] });

type Args = Readonly<Record<string, unknown>>;

function parsed(text: string): Args {
  return JSON.parse(text) as Args;
}

function sealed(cipher: ArgsCipher, args: object, name = 'job'): Args {
  return parsed(cipher.encrypt(name, JSON.stringify(args)));
}

describe('encrypted fields', () => {
  it('return as the same JSON, whatever it is', () => {
    const cipher = new ArgsCipher(keyring, ['a', 'b.c', '__proto__', 'constructor.x']);
    const names = fc.constantFrom('a', 'b', 'c', 'x', '__proto__', 'constructor', 'é"\\', '');
    const { tree } = fc.letrec<{ tree: unknown; value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), tie('tree')),
      tree: fc.dictionary(names, tie('value')),
    }));
    fc.assert(
      fc.property(tree, (args) => {
        const plain = JSON.stringify(args);
        const text = cipher.encrypt('job', plain);
        expect(JSON.stringify(cipher.decrypt('job', parsed(text)))).toBe(
          JSON.stringify(JSON.parse(plain)),
        );
      }),
    );
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('leave the bytes of all others alone', () => {
    const cipher = new ArgsCipher(keyring, ['secret', 'deep.secret']);
    const plain =
      '{"n":12345678901234567890,"secret":1.0,"deep":{"f":1.50,"secret":[1],"e":"\\u00e9"},"z":[{"secret":1}]}';
    expect(cipher.encrypt('job', plain).replaceAll(/"nestcraft:enc:1:k1:[\w-]+"/g, '#')).toBe(
      '{"n":12345678901234567890,"secret":#,"deep":{"f":1.50,"secret":#,"e":"\\u00e9"},"z":[{"secret":1}]}',
    );
  });

  it('may be absent, or inside a value that is no object', () => {
    const cipher = new ArgsCipher(keyring, ['a.b', 'c']);
    for (const text of [
      'null',
      '{}',
      '{"a":null}',
      '{"a":[{"b":1}]}',
      '{"a":"{}"}',
      '{"d":{"c":1}}',
    ]) {
      expect(cipher.encrypt('job', text)).toBe(text);
    }
  });

  it('may be plain, as those of a Go process', () => {
    const cipher = new ArgsCipher(keyring, ['a.b', 'c']);
    const args = { a: { b: 1 }, c: 'text', d: 2 };
    expect(cipher.decrypt('job', args)).toEqual(args);
  });

  it('are encrypted once where one contains another', () => {
    const cipher = new ArgsCipher(keyring, ['card', 'card.number']);
    const { card } = sealed(cipher, { card: { number: 4 } });
    expect(card).toMatch(/^nestcraft:enc:1:k1:/);
    expect(cipher.decrypt('job', { card })).toEqual({ card: { number: 4 } });
    const { card: inner } = sealed(new ArgsCipher(keyring, ['card.number']), {
      card: { number: 4 },
    });
    expect(cipher.decrypt('job', { card: inner })).toEqual({ card: { number: 4 } });
  });

  it('are bound to the name of the job and to their path', () => {
    const cipher = new ArgsCipher(keyring, ['a', 'b', 'c.d', 'c']);
    const args = sealed(cipher, { a: 1, b: 2 });
    expect(cipher.decrypt('job', args)).toEqual({ a: 1, b: 2 });
    const wrong: readonly (readonly [string, Args, string])[] = [
      ['other', args, 'a'],
      ['job', { a: args.b }, 'a'],
      ['job', { c: { d: args.a } }, 'c.d'],
      ['job', { a: `${String(args.a)}A` }, 'a'],
      ['job', { a: 'nestcraft:enc:1:' }, 'a'],
    ];
    for (const [name, given, path] of wrong) {
      let error: unknown;
      try {
        cipher.decrypt(name, given);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(JobDecryptionError);
      expect(error).toMatchObject({ jobName: name, path, fault: 'damaged' });
    }
  });

  it('with an unknown key say which one, and what to do', () => {
    const args = sealed(new ArgsCipher(keyring, ['a']), { a: 1 });
    const other = new Keyring({ keys: [{ id: 'k2', key: randomBytes(32) }] });
    expect(() => new ArgsCipher(other, ['a']).decrypt('job', args)).toThrow(
      'Job "job": argument "a" is encrypted with key "k1" and cannot be decrypted: this process has only the keys "k2". Add that key to the option "encryption"; then retry the job.',
    );
  });

  it('are not encrypted twice', () => {
    const cipher = new ArgsCipher(keyring, ['a']);
    const text = cipher.encrypt('job', '{"a":1}');
    expect(() => cipher.encrypt('job', text)).toThrow(InvalidJobArgsError);
    expect(() => cipher.encrypt('job', text)).toThrow('args.a: is already encrypted');
  });

  it('need keys', () => {
    const contract = { name: 'job', encrypt: ['a', 'b.c'] };
    expect(() => cipherFor(contract, new Keyring())).toThrow(NoEncryptionKeyError);
    expect(() => cipherFor(contract, new Keyring())).toThrow(
      'Job "job" encrypts "a", "b.c", but there are no keys.',
    );
    expect(cipherFor({ name: 'job', encrypt: [] }, new Keyring())).toBeUndefined();
  });
});
