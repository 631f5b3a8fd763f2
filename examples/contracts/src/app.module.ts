import { Module } from '@nestjs/common';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { Mailer } from './mailer.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'contracts',
      concurrency: 1, // so that the log shows the jobs in their order
    }),
  ],
  providers: [Mailer],
})
export class AppModule {}
