import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { Images } from './images.js';

const app = await NestFactory.createApplicationContext(AppModule);
app.enableShutdownHooks();

await app.get(Images).resize('ada.png', 640);
await app.get(Images).resize('bob.png', 1280);
