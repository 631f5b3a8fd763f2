import { redisFault } from '../redis/redis-fault.js';
import { redisReason } from '../redis/redis-problem.js';
import { performance } from '../base/timers.js';

// Redis's errors while it accepts no writes, except those that free memory.
const CODES = new Set(['OOM', 'MISCONF', 'NOREPLICAS', 'READONLY']);
// In milliseconds. While Redis refuses, a pool gets an error every few seconds from its checks for dead pools.
const FRESH = 15_000;

/** Tracks whether Redis refuses the pool's writes. Jobs may still run then, but none are enqueued and schedules do not fire. */
export class WriteRefusals {
  #last: { readonly text: string; readonly at: number } | undefined;

  /** Notes an error that the pool has survived. */
  note(error: unknown): void {
    try {
      if (CODES.has(redisFault(error).code)) this.#last = { text: redisReason(error), at: now() };
    } catch {
      // The error cannot be read, so it is not from Redis.
    }
  }

  /** Redis's last refusal, if it was recent. */
  get current(): string | undefined {
    return this.#last && now() - this.#last.at < FRESH ? this.#last.text : undefined;
  }
}

function now(): number {
  return performance.now();
}
