import type { Client } from '../client/client.js';
import type { QueueStatus } from '../stores/queues.js';
import { MAX_NAMES } from '../metrics/recorder.js';

/** The jobs of all processes in Redis. */
export interface FleetReading {
  /** The queues, or only the longest if there are more than 500. */
  readonly queues: readonly QueueStatus[];
  readonly sets: readonly (readonly [set: 'scheduled' | 'retry' | 'dead', count: number])[];
}

/** Reads the jobs in Redis. Returns `undefined` if Redis does not answer, so that this process's own figures are still reported. */
export async function readFleet(client: Client): Promise<FleetReading | undefined> {
  try {
    const [queues, { scheduled, retry, dead }] = await Promise.all([
      client.queues.list(),
      client.counts(),
    ]);
    return {
      queues: longest(queues),
      sets: [
        ['scheduled', scheduled],
        ['retry', retry],
        ['dead', dead],
      ],
    };
  } catch {
    return undefined;
  }
}

function longest(queues: readonly QueueStatus[]): readonly QueueStatus[] {
  if (queues.length <= MAX_NAMES) return queues;
  return queues.toSorted((a, b) => b.count - a.count).slice(0, MAX_NAMES);
}
