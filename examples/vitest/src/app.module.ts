import { Module } from '@nestjs/common';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { Mailer } from './mailer.js';
import { SignupMails } from './signup-mails.js';
import { Signups } from './signups.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'vitest',
    }),
  ],
  providers: [Mailer, SignupMails, Signups],
})
export class AppModule {}
