import { Injectable } from '@nestjs/common';
import { JobHandler, type JobOf } from '@nestcraft/work';
import { SendTips, SendWelcome } from './jobs.js';
import { Mailer } from './mailer.js';

@Injectable()
export class SignupMails {
  constructor(private readonly mailer: Mailer) {}

  @JobHandler(SendWelcome, { maxFails: 3, backoff: () => '1m' })
  welcome({ args }: JobOf<typeof SendWelcome>): Promise<void> {
    return this.mailer.send(args.to, 'Welcome!');
  }

  @JobHandler(SendTips)
  tips({ args }: JobOf<typeof SendTips>): Promise<void> {
    return this.mailer.send(args.to, 'Three tips for you');
  }
}
