import { Worker } from 'node:worker_threads';
import type { RedisOptions } from 'ioredis';
import type { BeatLoopData, BeatLoopMessage } from './beat-loop.mjs';
import type { ScriptCall } from '../redis/script.js';

export interface BeatThreadOptions {
  readonly redis: RedisOptions;
  /** What a beat runs. */
  readonly beat: ScriptCall;
  /** Milliseconds between beats. */
  readonly interval: number;
  /** Milliseconds without a tick of the main thread after which the beats end. */
  readonly stuckAfter: number;
  readonly onError: (error: Error) => void;
}

const TICK = 1_000;
const STOP_PATIENCE = 5_000;

/** A thread that beats for the pool with a connection of its own, and what keeps the main thread's side of it. */
export class BeatThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  readonly #ticker: NodeJS.Timeout;

  constructor({ redis, beat, interval, stuckAfter, onError }: BeatThreadOptions) {
    const ticks = new Int32Array(new SharedArrayBuffer(4));
    this.#ticker = setInterval(() => Atomics.add(ticks, 0, 1), Math.min(TICK, stuckAfter / 4));
    this.#ticker.unref();
    const { script, keys, args } = beat;
    const workerData: BeatLoopData = {
      redis,
      script: { lua: script.lua, keys, args: args as (string | number)[] },
      interval,
      stuckAfter,
      ticks: ticks.buffer,
    };
    this.#worker = new Worker(new URL('./beat-loop.mjs', import.meta.url), {
      name: 'nestcraft heartbeat',
      workerData,
      execArgv: [],
    });
    this.#worker.unref();
    this.#worker.on('message', (message: BeatLoopMessage) => {
      if (message.kind === 'failed') onError(new Error(message.message));
      if (message.kind === 'stuck') onError(new Error('the main thread is stuck; no more beats'));
    });
    this.#worker.on('error', (error: Error) => onError(error));
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
  }

  /** Ends the thread. Its last beat has arrived, or has failed, when this resolves. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    this.#worker.ref();
    this.#worker.postMessage('stop');
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_PATIENCE);
    await this.#ended;
    clearTimeout(timer);
  }
}

/**
 * Redis options that another thread can be given, or `undefined` where something in them cannot go there, such as a
 * function that checks a certificate, or a connector of the user's own.
 */
export function threadOptions(options: RedisOptions): RedisOptions | undefined {
  if (options.Connector) return undefined;
  // Those are this connection's policy and events; the thread has its own.
  const own = Object.entries(options).filter(
    ([key, value]) => typeof value !== 'function' && value !== undefined && !OWN.has(key),
  );
  const copy = Object.fromEntries(own) as RedisOptions;
  try {
    return structuredClone(copy);
  } catch {
    return undefined;
  }
}

const OWN = new Set(['retryStrategy', 'reconnectOnError']);
