import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Enqueuer } from '@nestcraft/work';
import { AppModule } from './app.module.js';
import { DeliverWebhook } from './deliver-webhook.js';

const RECEIVERS = ['healthy', 'busy', 'restarting', 'gone', 'broken'];

const app = await NestFactory.create(AppModule, { forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');

const url = await app.getUrl();
new Logger('Main').log(`The dashboard listens on ${url}/work`);

await app
  .get(Enqueuer)
  .enqueueMany(
    RECEIVERS.map((name) =>
      DeliverWebhook.with({ url: `${url}/receiver/${name}`, event: 'order.paid' }),
    ),
  );
