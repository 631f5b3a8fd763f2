import { Injectable, Logger } from '@nestjs/common';

/** Stands in for a mail provider. */
@Injectable()
export class Mailer {
  readonly #logger = new Logger(Mailer.name);

  async send(to: string, text: string): Promise<void> {
    this.#logger.log(`To ${to}: ${text}`);
    return Promise.resolve();
  }
}
