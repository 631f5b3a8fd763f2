import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { JobHandler, type Job } from '@nestcraft/work';
import { createTransport } from 'nodemailer';
import { DEMO_OPTIONS, type DemoOptions } from '../demo-options.js';
import type { JobContext } from '../job-context.js';

/** Arguments of `send_welcome_email`. */
export interface WelcomeEmail {
  readonly email: string;
  readonly name: string;
}

@Injectable()
export class WelcomeMailer implements OnModuleDestroy {
  private readonly transport: ReturnType<typeof createTransport>;

  constructor(@Inject(DEMO_OPTIONS) { smtpUrl }: DemoOptions) {
    this.transport = createTransport(smtpUrl);
  }

  @JobHandler('send_welcome_email', { maxFails: 5, timeout: '30s' })
  async send({ id, args }: Job<WelcomeEmail>, context: JobContext): Promise<void> {
    await this.transport.sendMail({
      from: 'Nestcraft demo <demo@example.com>',
      to: { name: args.name, address: args.email },
      subject: `Welcome, ${args.name}!`,
      text: `Hello ${args.name},\n\nthis mail was sent by a background job.\n`,
      // The same for a second run, so that mail systems recognise duplicates.
      messageId: `<${id}@demo.example.com>`,
    });
    context.note(`mail to ${args.email}`);
  }

  onModuleDestroy(): void {
    this.transport.close();
  }
}
