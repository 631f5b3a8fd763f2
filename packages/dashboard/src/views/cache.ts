import { Injectable } from '@nestjs/common';

interface Kept {
  readonly value: Promise<unknown>;
  readonly since: number;
}

// Few pages have many simultaneous viewers; the oldest answers make room for new ones.
const MAX_KEPT = 200;

/** Milliseconds for which all viewers of a list of jobs get the same answer. */
export const FRESH = 3_000;

/** Answers identical requests of many viewers with one read of Redis. */
@Injectable()
export class Cache {
  private readonly kept = new Map<string, Kept>();

  /**
   * Returns the result of `read`, or a result for the same key that is less than `milliseconds` old. Errors are not
   * cached.
   */
  read<Value>(key: string, milliseconds: number, read: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.kept.get(key);
    if (known && now - known.since < milliseconds) return known.value as Promise<Value>;
    const value = read();
    this.kept.delete(key);
    this.kept.set(key, { value, since: now });
    value.catch(() => this.forget(key, value));
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return value;
  }

  /** Discards every answer after a change. */
  clear(): void {
    this.kept.clear();
  }

  private forget(key: string, value: Promise<unknown>): void {
    if (this.kept.get(key)?.value === value) this.kept.delete(key);
  }
}
