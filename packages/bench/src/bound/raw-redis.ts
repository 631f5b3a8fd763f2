import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { endOfReply } from './resp.js';

const ERROR = '-'.charCodeAt(0);

/** A socket to Redis that sends bytes and gives back the bytes of replies, undecoded. */
export class RawRedis {
  readonly #socket: Socket;
  readonly #waiting: ((reply: Buffer) => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#read(data));
  }

  static async connect(url: string): Promise<RawRedis> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, 'connect');
    return new RawRedis(socket);
  }

  /** Sends a command; resolves to its reply. @throws Error with what Redis says is wrong */
  async send(command: Buffer): Promise<Buffer> {
    const reply = await new Promise<Buffer>((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(command);
    });
    if (reply[0] === ERROR) throw new Error(reply.toString().trim());
    return reply;
  }

  /** Sends commands in one go. */
  async sendAll(commands: readonly Buffer[]): Promise<void> {
    this.#socket.cork();
    const replies = commands.map((one) => this.send(one));
    this.#socket.uncork();
    await Promise.all(replies);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    let start = 0;
    while (start < all.length) {
      const end = endOfReply(all, start);
      if (end < 0) break;
      this.#waiting.shift()?.(all.subarray(start, end));
      start = end;
    }
    this.#rest = all.subarray(start);
  }
}
