import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and Redis, and does to their connection what networks do. */
export class Proxy {
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;
  #target: number;
  #cutBefore: ((request: string) => boolean) | undefined;
  #cutAfterBytes = 0;
  #onCut: (() => void) | undefined;
  #freezeAt: ((request: string) => boolean) | undefined;
  #silent = false;
  #dropped: Direction | undefined;
  /** How often a reply was swallowed. */
  cuts = 0;
  /** Milliseconds that each reply takes longer. */
  delay = 0;
  /** How many connections were made through it. */
  accepted = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => {
      this.accepted++;
      this.#join(client, connect(this.#target, '127.0.0.1'));
    });
  }

  static async to(port: number): Promise<Proxy> {
    const proxy = new Proxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Once: lets Redis execute the request that matches, and cuts the connection instead of passing on its reply. */
  cutReplyTo(matches: (request: string) => boolean, onCut?: () => void): void {
    this.#cutBefore = matches;
    this.#onCut = onCut;
  }

  /** The same, but passes on the first `bytes` bytes of the reply. */
  cutReplyAfter(bytes: number, matches: (request: string) => boolean, onCut?: () => void): void {
    this.cutReplyTo(matches, onCut);
    this.#cutAfterBytes = bytes;
  }

  /** Passes nothing on in one direction, without closing anything; with `undefined`, passes everything on again. */
  drop(direction: Direction | undefined): void {
    this.#dropped = direction;
    // What was swallowed is missing in the middle of these connections.
    if (direction === undefined) this.reset();
  }

  /** From the request that matches on, its connection is frozen. */
  swallow(matches: (request: string) => boolean): void {
    this.#freezeAt = matches;
  }

  /** Passes nothing on, either way, without closing anything; until told otherwise. */
  blackHole(silent: boolean): void {
    this.#silent = silent;
    for (const socket of this.#sockets) if (silent) socket.pause();
    if (!silent) for (const socket of this.#sockets) socket.destroy();
  }

  /** Has new connections reach another server, as an address does after a failover; those that are made stay. */
  pointTo(port: number): void {
    this.#target = port;
  }

  /**
   * Swallows for good what passes over the connections that are made, without closing them, as a firewall that forgot
   * them does. New ones pass.
   *
   * @param name only those that the engine has named so, such as `waker`
   */
  freeze(name?: string): void {
    for (const pair of this.#pairs)
      if (name === undefined || pair.name === name) pair.frozen = true;
  }

  /** Cuts all connections. */
  reset(): void {
    for (const socket of this.#sockets) cut(socket);
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(client: Socket, redis: Socket): void {
    let swallow = false;
    const pair: Pair = { name: undefined, frozen: false };
    this.#pairs.add(pair);
    for (const socket of [client, redis]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#pairs.delete(pair);
        client.destroy();
        if (!pair.frozen) redis.destroy();
      });
    }
    client.on('data', (request) => {
      if (this.#silent || pair.frozen || this.#dropped === 'requests') return;
      pair.name ??= /nestcraft:([\w-]+)/.exec(request.toString())?.[1];
      if (this.#freezeAt?.(request.toString())) pair.frozen = true;
      if (this.#cutBefore?.(request.toString())) {
        this.#cutBefore = undefined;
        swallow = true;
      }
      redis.write(request);
    });
    redis.on('data', (reply) => {
      if (this.#silent || pair.frozen || this.#dropped === 'replies') return;
      if (!swallow) {
        this.#later(() => client.write(reply));
        return;
      }
      this.cuts++;
      this.#cutOff(client, reply);
      this.#onCut?.();
    });
  }

  #cutOff(client: Socket, reply: Buffer): void {
    const kept = reply.subarray(0, this.#cutAfterBytes);
    this.#cutAfterBytes = 0;
    // A reset would overtake the bytes.
    if (kept.length > 0) client.end(kept);
    else cut(client);
  }

  #later(work: () => void): void {
    if (this.delay > 0) setTimeout(work, this.delay);
    else work();
  }
}

/** Resets a connection. Node never closes one that is reset while it ends, and then does not exit. */
function cut(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** What the proxy may drop: what clients send, or what Redis answers. */
export type Direction = 'requests' | 'replies';

interface Pair {
  /** What the engine has named the connection. */
  name: string | undefined;
  frozen: boolean;
}
