import type { Bytes } from './bytes.js';
import { RedisError } from './reply.js';
import { SortedSet } from './sorted-set.js';

/** The value of a key, by Redis type. */
export interface Values {
  string: Bytes;
  list: Bytes[];
  hash: Map<Bytes, Bytes>;
  set: Set<Bytes>;
  zset: SortedSet;
}

export type ValueType = keyof Values;

type Stored = { [Type in ValueType]: { readonly type: Type; value: Values[Type] } }[ValueType];
type Entry = Stored & { expiresAt?: number };

const EMPTY: { readonly [Type in Exclude<ValueType, 'string'>]: () => Values[Type] } = {
  list: () => [],
  hash: () => new Map(),
  set: () => new Set(),
  zset: () => new SortedSet(),
};

/** A listener for changes: of each key that is written, removed or expired, and of the removal of all keys. */
export interface KeyspaceListener {
  changed(key: Bytes): void;
  cleared(): void;
}

/** The keys and their values, until they expire. Empty collections do not exist. */
export class Keyspace {
  readonly #entries = new Map<Bytes, Entry>();
  /** Keys with an expiry time. */
  readonly #mortal = new Set<Bytes>();
  readonly #now: () => number;
  readonly #listener: KeyspaceListener;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number, listener: KeyspaceListener) {
    this.#now = now;
    this.#listener = listener;
  }

  get size(): number {
    this.expire();
    return this.#entries.size;
  }

  /** Returns all keys that have not expired. */
  keys(): Bytes[] {
    this.expire();
    return [...this.#entries.keys()];
  }

  type(key: Bytes): ValueType | undefined {
    return this.#live(key)?.type;
  }

  /** Returns the value of a key. @throws RedisError if it has another type */
  read<Type extends ValueType>(key: Bytes, type: Type): Values[Type] | undefined {
    const entry = this.#live(key);
    if (entry && entry.type !== type) throw RedisError.wrongType();
    return entry?.value as Values[Type] | undefined;
  }

  /** Returns the collection of a key, and creates it if it is missing. Callers that change it must call `changed`. */
  open<Type extends Exclude<ValueType, 'string'>>(key: Bytes, type: Type): Values[Type] {
    const found = this.read(key, type);
    if (found !== undefined) return found;
    const value = EMPTY[type]();
    this.#entries.set(key, { type, value } as Entry);
    return value;
  }

  /** Reports that a collection was changed; an empty one is removed. */
  changed(key: Bytes): void {
    const entry = this.#entries.get(key);
    if (entry && isEmpty(entry)) this.#forget(key);
    this.#listener.changed(key);
  }

  /** Sets a string. Its expiry time is removed, unless `keepEnd` is set. */
  setString(key: Bytes, value: Bytes, { keepEnd = false } = {}): void {
    const expiresAt = keepEnd ? this.#live(key)?.expiresAt : undefined;
    this.#forget(key);
    this.#entries.set(key, { type: 'string', value });
    if (expiresAt !== undefined) this.#end(key, expiresAt);
    this.#listener.changed(key);
  }

  /** @returns whether it existed */
  delete(key: Bytes): boolean {
    if (!this.#live(key)) return false;
    this.#forget(key);
    this.#listener.changed(key);
    return true;
  }

  /** Renames a key and keeps its expiry time. @returns whether the key existed */
  rename(key: Bytes, to: Bytes): boolean {
    const entry = this.#live(key);
    if (!entry) return false;
    this.#forget(key);
    this.#forget(to);
    this.#entries.set(to, entry);
    if (entry.expiresAt !== undefined) this.#end(to, entry.expiresAt);
    this.#listener.changed(key);
    this.#listener.changed(to);
    return true;
  }

  clear(): void {
    const keys = [...this.#entries.keys()];
    this.#entries.clear();
    this.#mortal.clear();
    for (const key of keys) this.#listener.changed(key);
    this.#listener.cleared();
  }

  /**
   * Returns the key's expiry time, in milliseconds since the epoch; `undefined` if it never expires or does not exist.
   */
  expiresAt(key: Bytes): number | undefined {
    return this.#live(key)?.expiresAt;
  }

  /** Sets or removes the key's expiry time. A time in the past removes the key. */
  expireAt(key: Bytes, at: number | undefined): void {
    const entry = this.#live(key);
    if (!entry) return;
    if (at === undefined) {
      delete entry.expiresAt;
      this.#mortal.delete(key);
    } else if (at <= this.#now()) {
      this.#forget(key);
    } else {
      this.#end(key, at);
    }
    this.#listener.changed(key);
  }

  /** Removes expired keys, as Redis does periodically. */
  expire(): void {
    for (const key of this.#mortal) this.#live(key);
  }

  #live(key: Bytes): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > this.#now()) return entry;
    this.#forget(key);
    this.#listener.changed(key);
    return undefined;
  }

  #end(key: Bytes, at: number): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.expiresAt = at;
    this.#mortal.add(key);
  }

  #forget(key: Bytes): void {
    this.#entries.delete(key);
    this.#mortal.delete(key);
  }
}

function isEmpty(entry: Entry): boolean {
  if (entry.type === 'string') return false;
  return entry.type === 'list' ? entry.value.length === 0 : entry.value.size === 0;
}
