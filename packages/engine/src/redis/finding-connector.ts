import { connect, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { clearTimeout, setTimeout } from '../base/timers.js';
import type { NodeAddress } from './node-address.js';

/** Finds the server to which a connection belongs. */
export interface ServerFinder {
  /** The last server found. */
  readonly found: NodeAddress | undefined;
  /**
   * Settles within the timeout.
   *
   * @param timeout in milliseconds
   * @throws the reason if no server is found
   */
  find(timeout: number): Promise<NodeAddress>;
}

const DEFAULT_TIMEOUT = 5_000;
// A server whose host is gone stays silent, and its successor is soon known.
const MAX_CONNECT_TIME = 2_000;

/** Makes ioredis look up the right server for each connection. An unsuccessful look-up is a failed attempt to connect. */
export class FindingConnector extends AbstractConnector {
  protected readonly options: RedisOptions;
  readonly #finder: ServerFinder;

  constructor(options: RedisOptions, finder: ServerFinder) {
    super(options.disconnectTimeout ?? 0);
    this.options = options;
    this.#finder = finder;
  }

  async connect(): Promise<Socket> {
    this.connecting = true;
    await this.prepare();
    const stream = this.#isWanted() ? await this.#open() : new Socket().destroy();
    this.stream = stream;
    stream.once('error', (error) => (this.firstError = error));
    // If the instance has disconnected meanwhile, the stream is not needed any more.
    if (!this.#isWanted()) stream.destroy();
    return stream;
  }

  /** The TLS settings of the server; `undefined` for a plain connection. */
  protected get tls(): RedisOptions['tls'] {
    return this.options.tls;
  }

  /** Called before each look-up. */
  protected async prepare(): Promise<void> {
    // Nothing to do, unless a subclass has something.
  }

  #isWanted(): boolean {
    return this.connecting;
  }

  async #open(): Promise<Socket> {
    const { connectTimeout = DEFAULT_TIMEOUT } = this.options;
    try {
      const address = await this.#finder.find(connectTimeout);
      const { tls } = this;
      return inTime(tls ? connectTls({ ...address, ...tls }) : connect(address), tls);
    } catch (error) {
      // ioredis treats a destroyed stream as a failed attempt, and retries.
      this.firstError = error instanceof Error ? error : new Error(String(error));
      return new Socket().destroy();
    }
  }
}

/** Returns a connector that connects to the server that `finder` finds. */
export function findingConnector(finder: ServerFinder): NonNullable<RedisOptions['Connector']> {
  return class extends FindingConnector {
    constructor(options: unknown) {
      super(options as RedisOptions, finder);
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
