import type { Socket } from 'node:net';
import { AbstractConnector } from 'ioredis';
import { MemorySocket } from './memory-socket.js';
import type { Server } from './server.js';

/** Connects ioredis to a server in the same process. */
export abstract class MemoryConnector extends AbstractConnector {
  /** The location of this Redis in messages. */
  static readonly place = 'memory';

  constructor() {
    super(0);
  }

  /** Returns the server once it is available. */
  protected abstract server(): Promise<Server>;

  override async connect(): Promise<Socket> {
    this.connecting = true;
    const server = await this.server();
    // `disconnect` may have been called in the meantime; it sets this to false.
    if (!(this.connecting as boolean)) throw new Error('Connection is closed.');
    // ioredis uses no more of a socket than this.
    const stream: unknown = new MemorySocket(server);
    const socket = stream as Socket;
    this.stream = socket;
    return socket;
  }
}
