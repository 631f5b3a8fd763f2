import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { LocalRedis } from '@nestcraft/local-redis';
import { freePort } from '../../packages/local-redis/src/free-port.js';

/** Returns the path of a certificate or key of the tests. */
export function pemFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
}

/** Returns a certificate or key of the tests. */
export function pem(name: string): Buffer {
  return readFileSync(pemFile(name));
}

/** A Redis that speaks TLS, and refuses clients without a certificate if it is `mutual`. */
export class TlsRedis {
  readonly redis: LocalRedis;
  readonly port: number;
  readonly #front: TlsFront | undefined;

  private constructor(redis: LocalRedis, port: number, front?: TlsFront) {
    this.redis = redis;
    this.port = port;
    this.#front = front;
  }

  /** Starts a server. If it was built without TLS, something in front of it speaks TLS for it. */
  static async start({ mutual = false } = {}): Promise<TlsRedis> {
    const port = await freePort();
    const settings = {
      'tls-port': String(port),
      'tls-cert-file': pemFile('server.pem'),
      'tls-key-file': pemFile('server.key'),
      'tls-ca-cert-file': pemFile('ca.pem'),
      'tls-auth-clients': mutual ? 'yes' : 'no',
    };
    try {
      return new TlsRedis(await LocalRedis.start({ settings }), port);
    } catch {
      const redis = await LocalRedis.start();
      const front = await TlsFront.before(redis.port, mutual);
      return new TlsRedis(redis, front.port, front);
    }
  }

  get url(): string {
    return `rediss://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#front?.stop();
    await this.redis.stop();
  }
}

class TlsFront {
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(target: number, mutual: boolean) {
    const certificates = { cert: pem('server.pem'), key: pem('server.key'), ca: pem('ca.pem') };
    const asking = { requestCert: mutual, rejectUnauthorized: mutual };
    this.#server = createServer({ ...certificates, ...asking }, (socket) => {
      const redis = connect(target, '127.0.0.1');
      this.#sockets.add(socket);
      for (const [from, to] of [[socket, redis] as const, [redis, socket] as const]) {
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
        from.pipe(to);
      }
    });
  }

  static async before(target: number, mutual: boolean): Promise<TlsFront> {
    const front = new TlsFront(target, mutual);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
