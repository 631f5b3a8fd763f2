import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and Redis, and does to their connection what networks do. */
export class Proxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #cutBefore: ((request: string) => boolean) | undefined;
  #onCut: (() => void) | undefined;
  #silent = false;
  /** How often a reply was swallowed. */
  cuts = 0;

  private constructor(target: number) {
    this.#server = createServer((client) => this.#join(client, connect(target, '127.0.0.1')));
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

  /** Passes nothing on, either way, without closing anything; until told otherwise. */
  blackHole(silent: boolean): void {
    this.#silent = silent;
    for (const socket of this.#sockets) if (silent) socket.pause();
    if (!silent) for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts all connections. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.reset();
    await once(this.#server, 'close');
  }

  #join(client: Socket, redis: Socket): void {
    let swallow = false;
    for (const socket of [client, redis]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.on('data', (request) => {
      if (this.#silent) return;
      if (this.#cutBefore?.(request.toString())) {
        this.#cutBefore = undefined;
        swallow = true;
      }
      redis.write(request);
    });
    redis.on('data', (reply) => {
      if (this.#silent) return;
      if (!swallow) return void client.write(reply);
      this.cuts++;
      client.resetAndDestroy();
      this.#onCut?.();
    });
  }
}
