import { Worker } from 'node:worker_threads';
import type { RedisOptions } from 'ioredis';
import type { ScriptCall } from '../redis/script.js';
import type { NodeAddress } from '../redis/slot-owner.js';
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
  /** Beats fail, or are held back. */
  readonly onError: (error: Error) => void;
  /** The thread has ended, and nobody has stopped it. */
  readonly onEnded: (reason: string) => void;
}

const TICK = 1_000;
const STOP_PATIENCE = 5_000;
// The places of the counters, which nestcraft-heartbeat.mjs shares.
const [TICKS, ROUNDS, BEATS] = [0, 1, 2];

/** A thread that beats for the pool with a connection of its own, as the main thread sees it. */
export class BeatThread {
  readonly #worker: Worker;
  readonly #counters = new Int32Array(new SharedArrayBuffer(12));
  readonly #ended: Promise<void>;
  readonly #ticker: NodeJS.Timeout;
  #stopping = false;
  #reason: string | undefined;

  /** @throws where no thread may be started */
  constructor({ file, redis, beat, interval, stuckAfter, onError, onEnded }: BeatThreadOptions) {
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
      () => Atomics.add(this.#counters, TICKS, 1),
      Math.min(TICK, stuckAfter / 4),
    );
    this.#ticker.unref();
    this.#worker.unref();
    this.#worker.on('message', (message: BeatLoopMessage) => {
      if (message.kind === 'failed') onError(new Error(plainReply(message.message)));
      if (message.kind === 'stuck') onError(new Error('the main thread is stuck; no more beats'));
    });
    this.#worker.on('error', (error: unknown) => (this.#reason = errorLine(error)));
    this.#ended = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    void this.#ended.then(() => {
      clearInterval(this.#ticker);
      if (!this.#stopping) onEnded(this.#reason ?? 'somebody has terminated it');
    });
  }

  /** How often it has tried to beat: it grows for as long as the thread is not stuck. */
  get rounds(): number {
    return Atomics.load(this.#counters, ROUNDS);
  }

  /** How many beats Redis has taken from it. */
  get beats(): number {
    return Atomics.load(this.#counters, BEATS);
  }

  /** The pool's connection was made anew: the thread's may be left with a server that is none any more. */
  follow(place: NodeAddress | undefined): void {
    this.#order({ kind: 'follow', ...(place && { place }) });
  }

  /** Ends the thread at once, as if it had ended on its own. */
  kill(reason: string): void {
    this.#reason ??= reason;
    void this.#worker.terminate();
  }

  /** Ends the thread, within five seconds. Its last beat has arrived, or has failed, when this resolves. */
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
 * Redis options that another thread can be given, or `undefined` where something in them cannot go there, such as a
 * function that checks a certificate, or a connector of the user's own.
 */
export function threadOptions(options: RedisOptions): RedisOptions | undefined {
  if (options.Connector) return undefined;
  // Functions are this connection's policy and events; the thread has its own.
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
