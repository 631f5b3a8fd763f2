import { Worker } from 'node:worker_threads';
import type { RedisOptions } from 'ioredis';
import type { ScriptCall } from '../redis/script.js';
import type { NodeAddress } from '../redis/node-address.js';
import { errorLine } from '../errors/error-text.js';
import { plainReply } from '../errors/redis-reply.js';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../base/timers.js';
import type { BeatLoopData, BeatLoopMessage, BeatLoopOrder } from './nestcraft-heartbeat.mjs';

export interface BeatThreadOptions {
  /** The thread's code: `threadFile()`. */
  readonly file: URL;
  readonly redis: RedisOptions;
  /** The script call of a beat. */
  readonly beat: ScriptCall;
  /** Milliseconds between beats. */
  readonly interval: number;
  /** Milliseconds without a tick of the main thread after which the beats end. */
  readonly stuckAfter: number;
  /** Returns for how many seconds Redis has not answered fetches that are due, or 0. */
  readonly unanswered: () => number;
  /** Called when beats fail, or are held back. */
  readonly onError: (error: Error) => void;
  /** Called when the thread has ended without being stopped. */
  readonly onEnded: (reason: string) => void;
}

const TICK = 1_000;
const STOP_PATIENCE = 5_000;
// The indexes of the counters, the same as in nestcraft-heartbeat.mjs.
const [TICKS, ROUNDS, BEATS, UNANSWERED] = [0, 1, 2, 3];

/** The main thread's handle of a thread that beats for the pool on its own connection. */
export class BeatThread {
  readonly #worker: Worker;
  readonly #counters = new Int32Array(new SharedArrayBuffer(16));
  readonly #ended: Promise<void>;
  readonly #ticker: NodeJS.Timeout;
  #stopping = false;
  #reason: string | undefined;
  #isKilled = false;

  /** @throws if no thread can be started */
  constructor(options: BeatThreadOptions) {
    const { file, redis, beat, interval, stuckAfter, unanswered, onError, onEnded } = options;
    const { script, keys, args } = beat;
    const workerData: BeatLoopData = {
      redis,
      script: { lua: script.lua, keys, args: args as (string | number)[] },
      interval,
      stuckAfter,
      counters: this.#counters.buffer,
    };
    this.#worker = new Worker(file, {
      name: 'nestcraft heartbeat',
      workerData,
      execArgv: [],
    });
    this.#ticker = setInterval(
      () => {
        Atomics.add(this.#counters, TICKS, 1);
        Atomics.store(this.#counters, UNANSWERED, unanswered());
      },
      Math.min(TICK, stuckAfter / 4),
    );
    this.#ticker.unref();
    this.#worker.unref();
    this.#worker.on('message', (message: BeatLoopMessage) => {
      if (message.kind === 'failed') onError(new Error(plainReply(message.message)));
      if (message.kind === 'stuck')
        onError(new Error('the main thread is stuck, so the heartbeat stops'));
    });
    this.#worker.on('error', (error: unknown) => (this.#reason = errorLine(error)));
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    void this.#ended.then(() => {
      clearInterval(this.#ticker);
      if (!this.#stopping) onEnded(this.#reason ?? 'it was terminated');
    });
  }

  /** The number of rounds, successful or not. It grows unless the thread is stuck. */
  get rounds(): number {
    return Atomics.load(this.#counters, ROUNDS);
  }

  /** The number of its beats that Redis has accepted. */
  get beats(): number {
    return Atomics.load(this.#counters, BEATS);
  }

  /** Makes the thread reconnect after the pool has. Its connection may lead to a server that is no longer the right one. */
  follow(place: NodeAddress | undefined): void {
    this.#order({ kind: 'follow', ...(place && { place }) });
  }

  /** Ends the thread immediately, and reports that as if it had ended on its own. It may be called again. */
  kill(reason: string): void {
    if (this.#isKilled) return; // A thread may take long to end, and each `terminate` waits with a listener of its own.
    this.#isKilled = true;
    this.#reason ??= reason;
    void this.#worker.terminate();
  }

  /** Ends the thread within five seconds. Resolves when its last beat has arrived or failed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#worker.ref();
    this.#order({ kind: 'stop' });
    const timer = setTimeout(() => this.kill('it did not stop'), STOP_PATIENCE);
    await this.#ended;
    clearTimeout(timer);
  }

  #order(order: BeatLoopOrder): void {
    this.#worker.postMessage(order);
  }
}

/**
 * Returns the Redis options in a form that another thread can receive; `undefined` if a part cannot be transferred, such as
 * a function that checks a certificate, or a custom connector.
 */
export function threadOptions(options: RedisOptions): RedisOptions | undefined {
  if (options.Connector) return undefined;
  // Functions are the policy and the events of this connection. The thread has its own.
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
