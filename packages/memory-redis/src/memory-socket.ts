import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers';
import type { Reply } from './reply.js';
import { RequestReader, encodeReply } from './resp.js';
import type { Server } from './server.js';
import type { Session } from './session.js';

/** The client's end of a connection to a server in the same process: what a network socket is to ioredis. */
export class MemorySocket extends Duplex {
  readonly #server: Server;
  readonly #session: Session;
  readonly #requests = new RequestReader();
  #hasEnded = false;
  /** ioredis waits for `connect`, as it does with a network's; otherwise it goes on by a timer that a test may fake. */
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

  /** It keeps no process alive in any case. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // What there is to read is pushed as it comes.
  }

  /** Answers in a later turn of the event loop, as a network does: whoever writes is not ready to read yet. */
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    const requests = this.#requests.read(chunk);
    setImmediate(() => {
      for (const request of requests) {
        if (!this.destroyed && !this.#hasEnded) this.#session.handle(request);
      }
    });
    done();
  }

  /** The client has ended its side: so does the server. */
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

  /** Nothing comes from the server any more. */
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
