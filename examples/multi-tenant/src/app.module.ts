import { Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { LocalRedis } from '@nestcraft/local-redis';
import { WorkModule } from '@nestcraft/work';
import { InvoiceWriter } from './invoice-writer.js';
import { InvoicesController } from './invoices.controller.js';
import { Ledger } from './ledger.js';
import { TenantMiddleware } from './tenancy/tenant.middleware.js';
import { tenantPropagator } from './tenancy/tenant.propagator.js';

@Module({
  imports: [
    WorkModule.forRoot({
      redis: async () => process.env.REDIS_URL ?? (await LocalRedis.start()).url,
      namespace: process.env.NAMESPACE ?? 'multi-tenant',
      propagators: [tenantPropagator],
    }),
  ],
  controllers: [InvoicesController],
  providers: [InvoiceWriter, Ledger],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(TenantMiddleware).forRoutes(InvoicesController);
  }
}
