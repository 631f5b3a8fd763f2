import { Injectable, Logger } from '@nestjs/common';
import { JobHandler, type JobOf } from '@nestcraft/work';
import { WelcomeEmail } from './welcome-email.js';

const GREETINGS = { en: 'Welcome', de: 'Willkommen' } as const;

@Injectable()
export class Mailer {
  readonly #logger = new Logger(Mailer.name);

  /** Gets parsed arguments of the newest form, whatever form the job was enqueued with. */
  @JobHandler(WelcomeEmail)
  send({ args }: JobOf<typeof WelcomeEmail>): void {
    for (const { name, email } of args.to) {
      this.#logger.log(`To ${email}: ${GREETINGS[args.language]}, ${name}!`);
    }
  }
}
