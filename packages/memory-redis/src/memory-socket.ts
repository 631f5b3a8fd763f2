import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';
import type { Reply } from './reply.js';
import { RequestReader, encodeReply } from './resp.js';
import type { Server } from './server.js';
import type { Session } from './session.js';

/** The client's end of a connection to a server in the same process. It replaces ioredis's network socket. */
export class MemorySocket extends Duplex {
  readonly #server: Server;
  readonly #session: Session;
  readonly #requests = new RequestReader();
  #hasEnded = false;
  /**
   * Makes ioredis wait for `connect`, as with a network socket; otherwise it would rely on a timer that a test may
   * fake.
   */
  connecting = true;

  constructor(server: Server) {
    super({ allowHalfOpen: false });
    this.#server = server;
    this.#session = server.connect(
      (reply) => this.#send(reply),
      () => this.#endReading(),
    );
    setImmediate(() => this.#connected());
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  /** Has no effect: the socket never keeps the process alive. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Data is pushed as it arrives.
  }

  /** Answers in a later turn of the event loop, as a network does, because the writer is not ready to read yet. */
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const requests = this.#requests.read(chunk);
    setImmediate(() => {
      for (const request of requests) {
        if (!this.destroyed && !this.#hasEnded) this.#session.handle(request);
      }
    });
    done();
  }

  /** Ends the server's side after the client has ended its own. */
  override _final(done: (error?: Error) => void): void {
    this.#endReading();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#server.disconnect(this.#session);
    done(error);
  }

  #connected(): void {
    this.connecting = false;
    if (!this.destroyed) this.emit('connect');
  }

  /** Ends reading: the server sends no more data. */
  #endReading(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }

  #send(reply: Reply): void {
    if (this.destroyed || this.#hasEnded) return;
    this.push(Buffer.from(encodeReply(reply), 'latin1'));
  }
}
