import { Injectable } from '@nestjs/common';

interface Kept {
  readonly value: Promise<unknown>;
  readonly until: number;
}

// Pages that many people look at are few; what nobody asks for again is forgotten.
const MOST = 200;

/** Milliseconds for which a list of jobs is shown to everybody who asks. */
export const FRESH = 3_000;

/** Answers the same question of many viewers with one look at Redis. */
@Injectable()
export class Memo {
  private readonly kept = new Map<string, Kept>();

  /**
   * What `read` answers, or what it answered less than `milliseconds` ago under the same key. Errors are not kept.
   */
  read<Value>(key: string, milliseconds: number, read: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.kept.get(key);
    if (known && known.until > now) return known.value as Promise<Value>;
    const value = read();
    this.kept.delete(key);
    this.kept.set(key, { value, until: now + milliseconds });
    value.catch(() => this.forget(key, value));
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST && oldest !== undefined) this.kept.delete(oldest);
    return value;
  }

  /** Has everything be read anew, because somebody has changed something. */
  clear(): void {
    this.kept.clear();
  }

  private forget(key: string, value: Promise<unknown>): void {
    if (this.kept.get(key)?.value === value) this.kept.delete(key);
  }
}
