import { Injectable } from '@nestjs/common';
import { Enqueuer } from '@nestcraft/work';
import { SendTips, SendWelcome } from './jobs.js';

@Injectable()
export class Signups {
  constructor(private readonly enqueuer: Enqueuer) {}

  /** Welcomes a user now, and sends tips after three days. */
  async signUp(to: string): Promise<void> {
    await this.enqueuer.enqueueMany([
      SendWelcome.with({ to }),
      SendTips.with({ to }, { in: '3d' }),
    ]);
  }
}
