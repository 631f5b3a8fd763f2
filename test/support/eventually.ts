import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 20_000;

/** Waits until `assertion` passes; after `patience` milliseconds (20 s), throws what it last threw. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(10);
    }
  }
}
