import { BY_HAND, type ManualPool } from '../pool/manual-pool.js';
import type { WorkerPool } from '../pool/worker-pool.js';

/**
 * Registers a pool without starting its loops: jobs run and time passes only when the test says so. Call it instead of
 * `pool.start()`. The pool's `concurrency` has no effect.
 *
 * @throws PoolStartedError; InvalidJobArgsError for the arguments of a schedule; the error that makes Redis unusable
 *
 * @example
 * ```ts
 * const pool = new WorkerPool({ redis, namespace, clock: new VirtualClock(new Date()) });
 * pool.job('send_email', sendEmail);
 * const manual = await startByHand(pool);
 * await manual.run('send_email');
 * ```
 */
export function startByHand<Context>(pool: WorkerPool<Context>): Promise<ManualPool> {
  return pool[BY_HAND]();
}
