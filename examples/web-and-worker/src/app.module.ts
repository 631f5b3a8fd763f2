import { Module } from '@nestjs/common';
import { WorkModule, type WorkRole } from '@nestcraft/work';
import { ProbesController } from './probes.controller.js';
import { ReportRenderer } from './report-renderer.js';
import { ReportsController } from './reports.controller.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
      namespace: process.env.NAMESPACE ?? 'web-and-worker',
      role: process.env.ROLE as WorkRole, // 'enqueuer' or 'worker'; the module refuses anything else
      shutdownTimeout: '25s',
    }),
  ],
  controllers: [ReportsController, ProbesController],
  providers: [ReportRenderer],
})
export class AppModule {}
