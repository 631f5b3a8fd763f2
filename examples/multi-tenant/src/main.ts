import { Logger } from '@nestjs/common';
import { ContextIdFactory, NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { TenantStrategy } from './tenancy/tenant.strategy.js';

ContextIdFactory.apply(new TenantStrategy());

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000, '127.0.0.1');
new Logger('Main').log(`The application listens on ${await app.getUrl()}`);
