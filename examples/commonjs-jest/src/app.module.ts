import { Module } from '@nestjs/common';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { Mailer } from './mailer';
import { OrderMails } from './order-mails';
import { Orders } from './orders';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'commonjs-jest',
    }),
  ],
  providers: [Mailer, OrderMails, Orders],
})
export class AppModule {}
