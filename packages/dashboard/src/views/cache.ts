import { Injectable } from '@nestjs/common';

interface Kept {
  readonly value: Promise<unknown>;
  readonly until: number;
}

// Few pages have many viewers at once; the oldest answers make room for new ones.
const MAX_KEPT = 200;

/** Milliseconds for which everybody who asks for a list of jobs gets the same one. */
export const FRESH = 3_000;

/** Answers the same question of many viewers with one read of Redis. */
@Injectable()
export class Cache {
  private readonly kept = new Map<string, Kept>();

  /** Returns the answer of `read`, or the one that it gave less than `milliseconds` ago under the same key. Errors are not kept. */
  read<Value>(key: string, milliseconds: number, read: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.kept.get(key);
    if (known && known.until > now) return known.value as Promise<Value>;
    const value = read();
    this.kept.delete(key);
    this.kept.set(key, { value, until: now + milliseconds });
    value.catch(() => this.forget(key, value));
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return value;
  }

  /** Forgets every answer, because somebody has changed something. */
  clear(): void {
    this.kept.clear();
  }

  private forget(key: string, value: Promise<unknown>): void {
    if (this.kept.get(key)?.value === value) this.kept.delete(key);
  }
}
