import { isEnvelope } from './envelope.js';
import { fieldTree, type FieldNode, type FieldTree } from './field-tree.js';
import type { Keyring } from './keyring.js';
import { InvalidJobArgsError, JobDecryptionError, NoEncryptionKeyError } from '../errors/errors.js';
import { isRecord } from '../base/objects.js';
import type { JobContract } from '../job/job-contract.js';
import { namesIn } from '../job/field-paths.js';
import { jsonMembers } from '../job/json-members.js';

type Fields = Readonly<Record<string, unknown>>;

/** Returns the cipher for a contract's arguments; `undefined` if none of its fields is encrypted. @throws NoEncryptionKeyError */
export function cipherFor(
  { name, encrypt }: Pick<JobContract, 'name' | 'encrypt'>,
  keyring: Keyring,
): ArgsCipher | undefined {
  if (encrypt.length === 0) return undefined;
  if (keyring.ids.length === 0) throw new NoEncryptionKeyError(name, encrypt);
  return new ArgsCipher(keyring, encrypt);
}

/**
 * Encrypts and decrypts the chosen fields of a job's arguments. A value is bound to the job's name and to its path, but
 * not to the job's id: a unique job takes over the arguments of another, and keeps its own id.
 */
export class ArgsCipher {
  readonly #keyring: Keyring;
  readonly #fields: FieldTree;
  /** The arguments that are encrypted, or contain an encrypted field. */
  readonly secrets: ReadonlySet<string>;

  constructor(keyring: Keyring, paths: readonly string[]) {
    this.#keyring = keyring;
    this.#fields = fieldTree(paths);
    this.secrets = new Set(paths.flatMap((path) => namesIn(path)[0] ?? []));
  }

  /**
   * Encrypts the fields that are present. Keeps the bytes of all others.
   *
   * @param argsText the arguments as JSON
   * @throws InvalidJobArgsError for a field that is already encrypted
   */
  encrypt(jobName: string, argsText: string): string {
    return this.#encryptIn(argsText, this.#fields, [jobName]);
  }

  /**
   * Decrypts the encrypted fields. Plain values, such as those of a Go process, stay as they are.
   *
   * @throws JobDecryptionError
   */
  decrypt(jobName: string, args: Fields): Fields {
    return this.#decryptIn(args, this.#fields, [jobName]) as Fields;
  }

  /** Returns an object that stands for a key of a unique job, and does not reveal it. */
  claim(jobName: string, keyText: string): { readonly digest: string } {
    return { digest: this.#keyring.digest(JSON.stringify([jobName, keyText])) };
  }

  /** @param place the job's name and the names that lead to the value */
  #encryptIn(text: string, fields: FieldTree, place: readonly string[]): string {
    if (!text.startsWith('{') || fields.size === 0) return text;
    const members = jsonMembers(text);
    for (const [name, node] of fields) {
      const value = members.get(name);
      if (value !== undefined) members.set(name, this.#encryptOne(value, node, [...place, name]));
    }
    const texts = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    return `{${texts.join(',')}}`;
  }

  #encryptOne(value: string, { isEncrypted, fields }: FieldNode, place: readonly string[]): string {
    if (!isEncrypted) return this.#encryptIn(value, fields, place);
    if (isEnvelope(value.slice(1))) throw alreadyEncrypted(place); // without its quotation mark
    return JSON.stringify(this.#keyring.encrypt(value, placeText(place)));
  }

  #decryptIn(value: unknown, fields: FieldTree, place: readonly string[]): unknown {
    if (!isRecord(value)) return value;
    let decrypted = value;
    for (const [name, node] of fields) {
      if (!Object.hasOwn(value, name)) continue;
      const plain = this.#decryptOne(value[name], node, [...place, name]);
      decrypted = { ...decrypted, [name]: plain };
    }
    return decrypted;
  }

  #decryptOne(
    value: unknown,
    { isEncrypted, fields }: FieldNode,
    place: readonly string[],
  ): unknown {
    if (!isEncrypted || !isEnvelope(value)) return this.#decryptIn(value, fields, place);
    const result = this.#keyring.decrypt(value, placeText(place));
    if ('text' in result) return JSON.parse(result.text) as unknown;
    const [jobName = '', ...names] = place;
    const path = names.join('.');
    throw new JobDecryptionError({ jobName, path, ...result, known: this.#keyring.ids });
  }
}

/** JSON keeps apart a member `a.b` and a member `b` of `a`. */
function placeText(place: readonly string[]): string {
  return JSON.stringify(place);
}

function alreadyEncrypted([jobName = '', ...names]: readonly string[]): InvalidJobArgsError {
  const message = 'is already encrypted; enqueue its plain value, or retry the job that has it';
  return new InvalidJobArgsError(jobName, [{ path: ['args', ...names].join('.'), message }]);
}
