import { NestFactory } from '@nestjs/core';
import { WorkerPool } from '@nestcraft/work';
import { AppModule } from './app.module';
import { Orders } from './orders';

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule);
  await app.get(Orders).place({ id: 1, email: 'ada@example.com' });
  await app.get(WorkerPool).drain();
  await app.close();
}

void main();
