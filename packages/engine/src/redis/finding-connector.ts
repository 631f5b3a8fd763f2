import { connect, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import type { NodeAddress, SlotOwner } from './slot-owner.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

const DEFAULT_TIMEOUT = 5_000;
// A node whose host is gone stays silent, and its successor is soon known.
const MAX_CONNECT_TIME = 2_000;

/** Returns a connector that makes ioredis look up the right node of a Cluster for each connection. */
export function slotConnector(owner: SlotOwner): NonNullable<RedisOptions['Connector']> {
  return class SlotConnector extends AbstractConnector {
    readonly #options: RedisOptions;

    constructor(options: unknown) {
      const all = options as RedisOptions;
      super(all.disconnectTimeout ?? 0);
      this.#options = all;
    }

    async connect(): Promise<Socket> {
      this.connecting = true;
      const stream = await this.#open();
      this.stream = stream;
      stream.once('error', (error) => (this.firstError = error));
      // If the instance has disconnected meanwhile, the stream is not needed any more.
      if (!this.#isWanted()) stream.destroy();
      return stream;
    }

    #isWanted(): boolean {
      return this.connecting;
    }

    async #open(): Promise<Socket> {
      const { tls, connectTimeout = DEFAULT_TIMEOUT } = this.#options;
      try {
        const address: NodeAddress = await owner.find(connectTimeout);
        return inTime(tls ? connectTls({ ...address, ...tls }) : connect(address), tls);
      } catch (error) {
        // ioredis treats a destroyed stream as a failed attempt, and retries.
        this.firstError = error instanceof Error ? error : new Error(String(error));
        return new Socket().destroy();
      }
    }
  };
}

/** Returns the stream, and destroys it if it does not connect in time. */
function inTime(stream: Socket, tls: unknown): Socket {
  const late = (): void => void stream.destroy(new Error('connect ETIMEDOUT'));
  const timer = setTimeout(late, MAX_CONNECT_TIME);
  const clear = (): void => clearTimeout(timer);
  return stream.once(tls ? 'secureConnect' : 'connect', clear).once('close', clear);
}
