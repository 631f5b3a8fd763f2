import type { Logger } from '@nestcraft/engine';

// What asks a process to end: an orchestrator's signal, and a terminal's.
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Milliseconds; an application context enables its hooks only after it has started. */
export const PATIENCE = 1_000;

/** Whether anything in this process hears of its end, be it Nest's hooks or a listener that closes the application. */
export function hearsOfShutdown(signals: Pick<NodeJS.Process, 'listenerCount'> = process): boolean {
  return SIGNALS.some((signal) => signals.listenerCount(signal) > 0);
}

/**
 * Warns, a second after the worker has started, when nothing in the process hears of signals: jobs would be cut off in
 * the middle. Returns what calls the warning off.
 */
export function warnWithoutShutdownHooks(logger: Logger): () => void {
  const timer = setTimeout(() => {
    if (hearsOfShutdown()) return;
    logger.warn(
      'Jobs that run will be cut off when this process is asked to end: nothing listens to SIGTERM. Call app.enableShutdownHooks().',
    );
  }, PATIENCE);
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Calls `act` for each signal until the returned function is called. Only for signals that somebody hears already: one
 * that nobody hears ends the process, and still does.
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
