import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Client, Enqueuer, RedisConnection, WorkerPool } from '@nestcraft/engine';
import { jobError } from './job-outcome.js';
import { JOB, jobProvider } from './job.token.js';
import type { WorkModuleOptions } from './work-module-options.js';
import { WorkRunnerModule } from './work-runner.module.js';
import { ConfigurableModuleClass, WORK_MODULE_OPTIONS } from './work.module-definition.js';

/**
 * Background jobs. Import it once, in the root module; then any provider can inject `Enqueuer`, and methods marked
 * with `@JobHandler` run the jobs. `WorkerPool` and `Client` can be injected, too.
 *
 * The pool starts after everything else has started and stops before anything else does. `Enqueuer` works until the
 * application's last hooks; then Redis is closed. For that to happen on SIGTERM, call `app.enableShutdownHooks()`.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [WorkModule.forRoot({ redis: 'redis://127.0.0.1:6379', namespace: 'my_app', concurrency: 10 })],
 *   providers: [Mailer],
 * })
 * class AppModule {}
 * ```
 */
@Global()
@Module({
  imports: [WorkRunnerModule],
  providers: [
    {
      provide: RedisConnection,
      inject: [WORK_MODULE_OPTIONS],
      useFactory: ({ redis }: WorkModuleOptions) =>
        new RedisConnection(redis, { name: 'enqueuer' }),
    },
    {
      provide: Enqueuer,
      inject: [RedisConnection, WORK_MODULE_OPTIONS],
      useFactory: (redis: RedisConnection, { namespace, maxArgsBytes }: WorkModuleOptions) =>
        new Enqueuer({ redis, namespace, maxArgsBytes }),
    },
    {
      provide: Client,
      inject: [RedisConnection, WORK_MODULE_OPTIONS],
      useFactory: (redis: RedisConnection, { namespace }: WorkModuleOptions) =>
        new Client({ redis, namespace }),
    },
    { provide: WorkerPool, inject: [WORK_MODULE_OPTIONS], useFactory: makePool },
    jobProvider,
  ],
  exports: [Enqueuer, Client, WorkerPool, WORK_MODULE_OPTIONS, JOB],
})
export class WorkModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(
    private readonly connection: RedisConnection,
    private readonly enqueuer: Enqueuer,
  ) {
    super();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.enqueuer.close();
    this.connection.close();
  }
}

function makePool(options: WorkModuleOptions): WorkerPool {
  const { redis, namespace, concurrency, shutdownTimeout, context: Context } = options;
  const { maxDeaths, rescueUnknownJobs } = options;
  return new WorkerPool({
    redis,
    namespace,
    concurrency,
    shutdownTimeout,
    maxDeaths,
    rescueUnknownJobs,
    mapError: (error) => jobError(error, options.outcomes ?? []),
    logger: options.logger ?? new Logger(WorkerPool.name),
    context: Context && ((): unknown => new Context()),
  });
}
