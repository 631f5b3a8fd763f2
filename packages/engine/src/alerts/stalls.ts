import type { StoreContext } from '../stores/store-context.js';
import { parseStall, stallName, type Recovery, type Stall } from './stall.js';

/**
 * What stalls in the fleet, as the pools with alerts about it have noted in Redis. The alerts `fetch` and `beat` are not
 * among it: each process tells of its own.
 */
export class Stalls {
  readonly #context: StoreContext;

  constructor(context: StoreContext) {
    this.#context = context;
  }

  /** Returns what stalls now, the oldest first. */
  async list(): Promise<Stall[]> {
    const { connection, scripts } = this.#context;
    await connection.ready();
    return oldestOfEach(stallsIn(await connection.call(scripts.alerts.read())));
  }

  /** Returns the last stalls and recoveries, the newest first: at most 100, until nothing is added for a week. */
  async recent(): Promise<(Stall | Recovery)[]> {
    const { connection, keys } = this.#context;
    await connection.ready();
    return stallsIn(await connection.redis.lrange(keys.stallLog, 0, -1));
  }
}

function stallsIn(texts: readonly string[]): (Stall | Recovery)[] {
  return texts.flatMap((text) => parseStall(text) ?? []);
}

/** Pools with different limits may note the same stall. */
function oldestOfEach(stalls: readonly Stall[]): Stall[] {
  const latestFirst = stalls.toSorted((a, b) => b.since.getTime() - a.since.getTime());
  return [...new Map(latestFirst.map((stall) => [stallName(stall), stall])).values()].reverse();
}
