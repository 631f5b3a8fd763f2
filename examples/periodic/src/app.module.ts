import { Module } from '@nestjs/common';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { Backup } from './backup.js';
import { ExchangeRates } from './exchange-rates.js';
import { OpeningReport } from './opening-report.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'periodic',
    }),
  ],
  providers: [Backup, ExchangeRates, OpeningReport],
})
export class AppModule {}
