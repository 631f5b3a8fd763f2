import { NestFactory } from '@nestjs/core';
import { WorkerPool } from '@nestcraft/work';
import { AppModule } from './app.module.js';
import { Signups } from './signups.js';

const app = await NestFactory.createApplicationContext(AppModule);
await app.get(Signups).signUp('ada@example.com');
await app.get(WorkerPool).drain();
await app.close();
