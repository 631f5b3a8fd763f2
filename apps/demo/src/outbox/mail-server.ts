import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SMTPServer } from 'smtp-server';

/** A mail server that delivers nothing: it stores received mails as .eml files. */
export class MailServer {
  private received = 0;

  private constructor(
    private readonly server: SMTPServer,
    readonly url: string,
  ) {}

  /** Listens on a free port of 127.0.0.1 and stores mails in `folder`. */
  static async start(folder: string): Promise<MailServer> {
    await mkdir(folder, { recursive: true });
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, callback) => {
        mails.keep(stream, folder).then(() => callback(), callback);
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    const { port } = server.server.address() as AddressInfo;
    const mails = new MailServer(server, `smtp://127.0.0.1:${port}`);
    return mails;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  /**
   * Stores a mail. The file gets its final name only when it is complete, so that listings show only complete mails.
   */
  private async keep(stream: NodeJS.ReadableStream, folder: string): Promise<void> {
    const name = `${Date.now()}-${String(++this.received).padStart(4, '0')}.eml`;
    const partial = join(folder, `${name}.part`);
    await pipeline(stream, createWriteStream(partial));
    await rename(partial, join(folder, name));
  }
}
