import { Injectable, Logger } from '@nestjs/common';

const logger = new Logger('Mailer');

/** Stands in for a mail provider. */
@Injectable()
export class Mailer {
  async send(to: string, text: string): Promise<void> {
    logger.log(`To ${to}: ${text}`);
    return Promise.resolve();
  }
}
