import { Global, Module, type DynamicModule } from '@nestjs/common';
import { WorkDashboardModule } from '@nestcraft/dashboard';
import { WorkModule } from '@nestcraft/work';
import { DEMO_OPTIONS, type DemoOptions } from './demo-options.js';
import { ExportsController } from './exports/exports.controller.js';
import { ReportExporter } from './exports/report-exporter.js';
import { JobContext } from './job-context.js';
import { LogJobs } from './log-jobs.js';
import { OutboxController } from './outbox/outbox.controller.js';
import { Outbox } from './outbox/outbox.js';
import { SignupsController } from './signups/signups.controller.js';
import { WelcomeMailer } from './signups/welcome-mailer.js';
import { JobTally } from './status/job-tally.js';
import { StatusController } from './status/status.controller.js';
import { Shop } from './traffic/shop.js';
import { Traffic } from './traffic/traffic.js';
import { FlakyController } from './webhooks/flaky.controller.js';
import { WebhookDeliverer } from './webhooks/webhook-deliverer.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

@Module({ controllers: [SignupsController], providers: [WelcomeMailer] })
class SignupsModule {}

@Module({ controllers: [OutboxController], providers: [Outbox] })
class OutboxModule {}

@Module({ controllers: [ExportsController], providers: [ReportExporter] })
class ExportsModule {}

@Module({ controllers: [WebhooksController, FlakyController], providers: [WebhookDeliverer] })
class WebhooksModule {}

@Module({ providers: [Shop, Traffic] })
class TrafficModule {}

@Module({ controllers: [StatusController], providers: [JobTally] })
class StatusModule {}

@Global()
@Module({})
export class AppModule {
  static with(options: DemoOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        WorkModule.forRoot({
          redis: options.redisUrl,
          namespace: options.namespace,
          concurrency: 10,
          context: JobContext,
          middleware: [LogJobs],
        }),
        WorkDashboardModule.forRoot({ path: 'work', insecureAllowAll: true }),
        SignupsModule,
        OutboxModule,
        ExportsModule,
        WebhooksModule,
        StatusModule,
        TrafficModule,
      ],
      providers: [{ provide: DEMO_OPTIONS, useValue: options }],
      exports: [DEMO_OPTIONS],
    };
  }
}
