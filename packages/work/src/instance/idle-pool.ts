import { InvalidOptionError, WorkerPool } from '@nestcraft/engine';

/** The pool of an instance with `role: 'enqueuer'`. It has the handlers registered but runs no jobs. */
export class IdlePool<Context = unknown> extends WorkerPool<Context> {
  /** @throws InvalidOptionError */
  override start(): Promise<void> {
    return Promise.reject(refusal('start()'));
  }

  /** @throws InvalidOptionError because draining would have to start the pool */
  override drain(): Promise<void> {
    return Promise.reject(refusal('drain()'));
  }
}

function refusal(call: string): InvalidOptionError {
  return new InvalidOptionError(
    'role',
    'enqueuer',
    `"worker" for ${call}: this process runs no jobs`,
  );
}
