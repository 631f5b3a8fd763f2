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
 * Background jobs. Import it once, in the root module; then any provider can inject `Enqueuer`, and methods marked
 * with `@JobHandler` run the jobs. `WorkerPool` and `Client` can be injected, too.
 *
 * The pool starts after everything else has started and stops before anything else does. `Enqueuer` works until the
 * application's last hooks; then Redis is closed. For that to happen on SIGTERM, call `app.enableShutdownHooks()`.
 *
 * A second one, for another Redis or namespace, gets a name: `forRoot({ name: 'billing', … })`. Its parts are injected
 * with `@InjectEnqueuer('billing')`, `@InjectClient` and `@InjectWorkerPool`, and
 * `@JobHandler('invoice', { instance: 'billing' })` handles its jobs.
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
  /** @throws InvalidOptionError for what is no object; when the application starts, for a wrong option in it */
  static override forRoot(options: WorkModuleOptions & WorkModuleExtras): DynamicModule {
    assertObject('WorkModule.forRoot', options);
    return super.forRoot(options);
  }

  /** @throws InvalidOptionError; when the application starts, for a wrong option among those that are made */
  static override forRootAsync(options: WorkModuleAsyncOptions): DynamicModule {
    assertAsyncOptions<WorkModuleExtras>('WorkModule.forRootAsync', options, WORK_EXTRAS);
    return super.forRootAsync(options);
  }

  /**
   * Configures jobs: replaces options of their `@JobHandler`s. The application does not start if a job has no handler.
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
   * Configures jobs with options that factories make, of injected providers.
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
