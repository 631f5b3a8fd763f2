import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Enqueuer, InvalidJobArgsError, WorkerPool } from '@nestcraft/work';
import { AppModule } from './app.module.js';
import { WelcomeEmail } from './welcome-email.js';

const app = await NestFactory.createApplicationContext(AppModule);
const enqueuer = app.get(Enqueuer);
const logger = new Logger('Main');

// Today's code. The compiler checks these arguments, and the schema checks them again at run time.
await enqueuer.enqueue(WelcomeEmail, {
  to: [
    { name: 'Ada', email: 'ada@example.com' },
    { name: 'Grace', email: 'grace@example.com' },
  ],
  language: 'de',
});

// Jobs that earlier versions of the application left in Redis.
await enqueuer.enqueue('welcome_email', { to: { name: 'Alan', email: 'alan@example.com' } });
await enqueuer.enqueue('welcome_email', { address: 'kurt@example.com' });

// A form that never existed: no run can succeed, so the job is dead at once and waits for a repair.
await enqueuer.enqueue('welcome_email', { fax: '+49 30 1234567' });

// Wrong arguments that the compiler cannot see. Nothing reaches Redis.
try {
  await enqueuer.enqueue(WelcomeEmail, { to: [{ name: 'Nobody', email: 'nowhere' }] });
} catch (error) {
  if (!(error instanceof InvalidJobArgsError)) throw error;
  logger.warn(error.message);
}

await app.get(WorkerPool).drain();
await app.close();
