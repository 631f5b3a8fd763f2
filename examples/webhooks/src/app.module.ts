import { Module } from '@nestjs/common';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { ReceiverController } from './receiver.controller.js';
import { WebhookDeliverer } from './webhook-deliverer.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'webhooks',
    }),
    // Open to everybody on this machine. Give it `authenticate` before you deploy it.
    WorkDashboardModule.forRoot({ path: 'work', insecureAllowAll: true }),
  ],
  controllers: [ReceiverController],
  providers: [WebhookDeliverer],
})
export class AppModule {}
