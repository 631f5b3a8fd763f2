import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { OUTERMOST, placeHooks } from './nest-internals/hook-order.js';
import type { JobConfiguration, AsyncJobConfiguration } from './handlers/job-configuration.js';
import { JobConfigurationModule } from './handlers/job-configuration.module.js';
import { WorkInstance } from './instance/work-instance.js';
import { assertAsyncOptions } from './options/async-options.js';
import { assertObject } from './options/checked-options.js';
import type { WorkModuleOptions } from './options/work-module-options.js';
import {
  ConfigurableModuleClass,
  WORK_EXTRAS,
  type WorkModuleAsyncOptions,
  type WorkModuleExtras,
} from './work.module-definition.js';

/**
 * Background jobs for a Nest application. Import it once, in the root module; then any provider can inject `Enqueuer`,
 * `WorkerPool` and `Client`, and methods marked with `@JobHandler` run the jobs.
 *
 * The pool starts after everything else and stops before everything else. `Enqueuer` works until the application's last
 * hooks have run; then the Redis connections are closed. Call `app.enableShutdownHooks()` to shut down like this on
 * SIGTERM.
 *
 * A second instance, for another Redis or namespace, needs a name: `forRoot({ name: 'billing', … })`. Its parts are
 * injected with `@InjectEnqueuer('billing')`, `@InjectClient` and `@InjectWorkerPool`, and `@JobHandler('invoice', {
 * instance: 'billing' })` handles its jobs.
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
@Module({})
export class WorkModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  /** @throws InvalidOptionError if the options are not an object; when the application starts, for an invalid option */
  static override forRoot(options: WorkModuleOptions & WorkModuleExtras): DynamicModule {
    assertObject('WorkModule.forRoot', options);
    return super.forRoot(options);
  }

  /** @throws InvalidOptionError; when the application starts, also for an invalid option that the factory returned */
  static override forRootAsync(options: WorkModuleAsyncOptions): DynamicModule {
    assertAsyncOptions<WorkModuleExtras>('WorkModule.forRootAsync', options, WORK_EXTRAS);
    return super.forRootAsync(options);
  }

  /**
   * Overrides options of jobs' `@JobHandler`s. The application does not start if a job has no handler.
   *
   * @throws InvalidOptionError for an unknown option; when the application starts, InvalidJobConfigurationError
   *
   * @example
   * ```ts
   * WorkModule.configureJobs([{ job: 'send_email', maxFails: 10 }])
   * ```
   */
  static configureJobs(configurations: readonly JobConfiguration[]): DynamicModule {
    return JobConfigurationModule.of(configurations);
  }

  /**
   * Overrides options of jobs' `@JobHandler`s with the results of factories, which may use injected providers.
   *
   * @throws InvalidOptionError for an unknown option; when the application starts, InvalidJobConfigurationError
   *
   * @example
   * ```ts
   * WorkModule.configureJobsAsync([
   *   {
   *     job: 'send_email',
   *     imports: [ConfigModule],
   *     inject: [ConfigService],
   *     useFactory: (config: ConfigService) => ({ maxConcurrency: config.get('MAILS_AT_ONCE') }),
   *   },
   * ])
   * ```
   */
  static configureJobsAsync(configurations: readonly AsyncJobConfiguration[]): DynamicModule {
    return JobConfigurationModule.ofAsync(configurations);
  }

  constructor(
    private readonly instance: WorkInstance,
    modules: ModulesContainer,
  ) {
    super();
    placeHooks(modules, WorkModule, OUTERMOST);
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.instance.enqueuer.close();
    } finally {
      this.instance.connection.close();
    }
  }
}
