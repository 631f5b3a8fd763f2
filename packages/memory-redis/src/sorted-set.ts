import type { Bytes } from './bytes.js';

/** A member of a sorted set with its score. */
export interface Scored {
  readonly member: Bytes;
  readonly score: number;
}

/** Members ordered by score and, for equal scores, by bytes. */
export class SortedSet {
  readonly #scores = new Map<Bytes, number>();
  #sorted: Scored[] = [];

  get size(): number {
    return this.#scores.size;
  }

  /** All members, lowest score first. */
  get sorted(): readonly Scored[] {
    return this.#sorted;
  }

  score(member: Bytes): number | undefined {
    return this.#scores.get(member);
  }

  set(member: Bytes, score: number): void {
    this.delete(member);
    this.#scores.set(member, score);
    const scored = { member, score };
    this.#sorted.splice(this.#place(scored), 0, scored);
  }

  /** @returns whether it existed */
  delete(member: Bytes): boolean {
    const score = this.#scores.get(member);
    if (score === undefined) return false;
    this.#scores.delete(member);
    this.#sorted.splice(this.#place({ member, score }), 1);
    return true;
  }

  /** Returns a member's rank, from 0; `undefined` if it is missing. */
  rank(member: Bytes): number | undefined {
    const score = this.#scores.get(member);
    return score === undefined ? undefined : this.#place({ member, score });
  }

  /** Returns the index of a member, or the index at which it would be inserted. */
  #place(scored: Scored): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#sorted[middle];
      if (other && compare(other, scored) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(a: Scored, b: Scored): number {
  if (a.score !== b.score) return a.score < b.score ? -1 : 1;
  if (a.member === b.member) return 0;
  return a.member < b.member ? -1 : 1;
}
