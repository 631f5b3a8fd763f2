import { batches } from '../redis/batches.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';

type Hash = Readonly<Record<string, string>>;

/**
 * Reads hashes in bounded steps, so that scripts are short and replies are small.
 *
 * @param atOnce the maximum number of hashes in one step
 * @returns the hashes that exist, by id
 */
export async function readHashes(
  { connection, scripts }: { readonly connection: RedisConnection; readonly scripts: Scripts },
  ids: readonly string[],
  atOnce: number,
  keyOf: (id: string) => string,
): Promise<Map<string, Hash>> {
  const all = new Map<string, Hash>();
  for (const batch of batches(ids, atOnce)) {
    let rest: ReadonlyMap<string, string> = new Map(batch.map((id) => [id, keyOf(id)]));
    while (rest.size > 0) {
      const hashes = await connection.call(scripts.pools.hashes(rest));
      for (const [id, hash] of hashes.read) all.set(id, hash);
      rest = hashes.rest;
    }
  }
  return all;
}
