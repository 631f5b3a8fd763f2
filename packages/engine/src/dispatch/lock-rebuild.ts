import { resultOf, type Request } from '../redis/reply.js';
import type { Scripts } from '../scripts/scripts.js';

export interface LockRebuildOptions {
  readonly poolId: string;
  readonly scripts: Scripts;
  /** Called when the rebuild has failed and the locks may be wrong. */
  readonly onLocksWrong: () => void;
}

/** Recounts the locks after plain commands of the same round, which move jobs into or out of progress without counting. */
export function lockRebuild(
  { scripts, poolId, onLocksWrong }: LockRebuildOptions,
  jobNames: Iterable<string>,
): Request {
  const call = scripts.queues.rebuild([...new Set(jobNames)], { poolId });
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
