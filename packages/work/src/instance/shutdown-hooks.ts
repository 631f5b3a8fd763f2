import type { Logger } from '@nestcraft/engine';

// The signals that ask a process to stop: from an orchestrator and from a terminal.
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Milliseconds to wait before the check: an application context enables its hooks only after it has started. */
export const PATIENCE = 1_000;

/**
 * Returns whether anything in this process listens for shutdown signals: Nest's hooks, or a listener that closes the
 * application.
 */
export function hearsOfShutdown(signals: Pick<NodeJS.Process, 'listenerCount'> = process): boolean {
  return SIGNALS.some((signal) => signals.listenerCount(signal) > 0);
}

/**
 * Warns, one second after the worker has started, if nothing in the process listens for signals: running jobs would be
 * cut off. Returns a function that cancels the warning.
 */
export function warnWithoutShutdownHooks(logger: Logger): () => void {
  const timer = setTimeout(() => {
    if (hearsOfShutdown()) return;
    logger.warn(
      'Running jobs will be cut off when this process is asked to stop: nothing listens for SIGTERM. Call app.enableShutdownHooks().',
    );
  }, PATIENCE);
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Calls `act` for each signal until the returned function is called. Covers only signals that already have a listener:
 * a signal without one must still end the process.
 */
export function onFurtherSignals(
  act: () => void,
  signals: Pick<NodeJS.Process, 'listenerCount' | 'on' | 'off'> = process,
): () => void {
  const heard = SIGNALS.filter((signal) => signals.listenerCount(signal) > 0);
  for (const signal of heard) signals.on(signal, act);
  return () => {
    for (const signal of heard) signals.off(signal, act);
  };
}
