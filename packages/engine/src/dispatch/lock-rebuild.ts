import { resultOf, type Request } from '../redis/redis-connection.js';
import type { Scripts } from '../scripts/scripts.js';

export interface LockRebuildOptions {
  readonly poolId: string;
  readonly scripts: Scripts;
  /** The locks may be wrong. */
  readonly onLocksWrong: () => void;
}

/** Counts in the locks what plain commands, sent in the same round, have moved into progress or taken out of it. */
export function lockRebuild(
  { scripts, poolId, onLocksWrong }: LockRebuildOptions,
  jobNames: Iterable<string>,
): Request {
  const call = scripts.queues.rebuild([...new Set(jobNames)], poolId);
  return {
    call,
    onReply: (reply) => {
      try {
        resultOf(call, reply);
      } catch (error) {
        onLocksWrong();
        throw error;
      }
    },
  };
}
