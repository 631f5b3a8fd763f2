import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseSchedule } from '@nestcraft/work';
import { AppModule } from './app.module.js';
import { OPENING } from './opening-report.js';

const app = await NestFactory.createApplicationContext(AppModule);
app.enableShutdownHooks();

for (const timezone of ['Europe/Berlin', 'America/New_York']) {
  const next = parseSchedule(OPENING, { timezone }).next(new Date());
  new Logger('Main').log(`${timezone} opens at ${next?.toISOString() ?? 'no time'}`);
}
