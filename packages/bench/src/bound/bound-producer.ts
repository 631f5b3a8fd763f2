import { randomBytes } from 'node:crypto';
import { BULK, PAYLOAD } from '../jobs.js';
import type { EnqueuePlan, Setting } from '../host/protocol.js';
import type { RawRedis } from './raw-redis.js';
import { command } from './resp.js';

// So many calls are on their way at once, so that Redis need not wait for the next one.
const IN_FLIGHT = { single: 1, callers: 1, bulk: 2 };

/** Enqueues by LPUSH with entries that were written beforehand. */
export class BoundProducer {
  readonly #redis: RawRedis;
  readonly #setting: Setting;

  constructor(redis: RawRedis, setting: Setting) {
    this.#redis = redis;
    this.#setting = setting;
  }

  /** Prepares all commands; returns what sends them. */
  prepare({ count, way, callers = 1 }: EnqueuePlan): () => Promise<void> {
    if (way === 'schedule') throw new Error('The bound does not schedule.');
    const size = { single: 1, callers, bulk: BULK }[way];
    const calls: Buffer[][] = [];
    for (let done = 0; done < count; done += size) {
      calls.push(this.#pushes(Math.min(size, count - done), done));
    }
    return () => this.#sendAll(calls, IN_FLIGHT[way]);
  }

  close(): void {
    this.#redis.close();
  }

  /** Single jobs go round the names; several are spread over them, one LPUSH each. */
  #pushes(count: number, first: number): Buffer[] {
    const { jobNames, namespace } = this.#setting;
    const entries = new Map<string, string[]>();
    for (let i = 0; i < count; i++) {
      const name = jobNames[(first + i) % jobNames.length] ?? '';
      entries.set(name, [...(entries.get(name) ?? []), entry(name)]);
    }
    return [...entries].map(([name, group]) =>
      command('LPUSH', `${namespace}:jobs:${name}`, ...group),
    );
  }

  async #sendAll(calls: readonly Buffer[][], inFlight: number): Promise<void> {
    let next = 0;
    const sender = async (): Promise<void> => {
      for (;;) {
        const commands = calls[next++];
        if (!commands) return;
        await this.#redis.sendAll(commands);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, sender));
  }
}

/** As the engine writes it. */
function entry(name: string): string {
  const id = randomBytes(12).toString('hex');
  return JSON.stringify({ name, id, t: Math.floor(Date.now() / 1000), args: PAYLOAD });
}
