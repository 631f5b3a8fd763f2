import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks(); // SIGTERM lets running jobs finish
await app.listen(process.env.PORT ?? 3000);
new Logger('Main').log(`The ${process.env.ROLE ?? 'worker'} listens on ${await app.getUrl()}`);
