import type { PoolSighting } from '../scripts/pool-scripts.js';

/** Tracks how long each pool's last beat has not changed, on a monotonic clock. */
export class BeatWatch {
  #seen: ReadonlyMap<string, Seen> = new Map();

  /** @param at milliseconds of `performance.now` */
  see(pools: readonly PoolSighting[], at: number): void {
    const before = this.#seen;
    this.#seen = new Map(
      pools.map(({ id, heartbeatAt }) => {
        const last = before.get(id);
        return [id, last && last.heartbeatAt === heartbeatAt ? last : { heartbeatAt, since: at }];
      }),
    );
  }

  /** Returns the seconds for which the pool's beat has not changed; 0 for a pool that was never seen. */
  stillFor({ id }: Pick<PoolSighting, 'id'>, at: number): number {
    return (at - (this.#seen.get(id)?.since ?? at)) / 1000;
  }
}

interface Seen {
  readonly heartbeatAt: number | undefined;
  readonly since: number;
}
