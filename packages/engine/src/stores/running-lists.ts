import { batches } from '../redis/batches.js';
import type { StoreContext } from './store-context.js';

const KEYS_AT_ONCE = 500;

/** Returns the ids of the pools with jobs in progress of these names, by the keys of the lists of these jobs. */
export async function runningLists(
  { connection, keys }: Pick<StoreContext, 'connection' | 'keys'>,
  names: readonly string[],
): Promise<Map<string, string>> {
  const lists = new Map<string, string>();
  for (const batch of batches(names, KEYS_AT_ONCE)) {
    const pipeline = connection.redis.pipeline();
    for (const name of batch) pipeline.hkeys(keys.lockInfo(name));
    for (const [index, [error, poolIds]] of ((await pipeline.exec()) ?? []).entries()) {
      if (error) throw error;
      const name = batch[index] ?? '';
      for (const id of poolIds as string[]) lists.set(keys.inProgress(name, id), id);
    }
  }
  return lists;
}
