import {
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef, ModulesContainer } from '@nestjs/core';
import { InvalidOptionError, type Middleware } from '@nestcraft/engine';
import { HandlerLosses } from './handlers/handler-losses.js';
import { HandlerCaller } from './handlers/handler-caller.js';
import { INNERMOST, placeHooks } from './nest-internals/hook-order.js';
import { instanceToken } from './instance/instance-tokens.js';
import { JobDecoratorService } from './options/job-decorator.service.js';
import { JobEnhancers } from './handlers/job-enhancers.js';
import { JobExplorer } from './handlers/job-explorer.js';
import { isMiddlewareClass, type JobMiddlewareOption } from './options/job-middleware.js';
import { JobListeners } from './handlers/job-listeners.js';
import { JobRegistrar } from './handlers/job-registrar.js';
import { LostMethods } from './handlers/lost-methods.js';
import { warnOfCopies } from './base/other-copies.js';
import { ProviderMethods } from './nest-internals/provider-methods.js';
import { HandlerContexts } from './nest-internals/handler-contexts.js';
import { ScopedGlobals } from './nest-internals/scoped-globals.js';
import { onFurtherSignals } from './instance/shutdown-hooks.js';
import { startReport, type Registration } from './handlers/start-report.js';
import { instanceNames, instancesOf, WorkInstance } from './instance/work-instance.js';

/**
 * Runs an instance's pool with the application. The pool starts last and stops first, so that the dependencies of
 * handlers are available from the first job to the last.
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ProviderMethods,
    JobExplorer,
    JobRegistrar,
    JobListeners,
    HandlerCaller,
    JobEnhancers,
    HandlerContexts,
    ScopedGlobals,
    JobDecoratorService,
    LostMethods,
    HandlerLosses,
  ],
})
export class WorkRunnerModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private registration: Registration | undefined;
  private beforeStop?: () => void;

  static of(name: string | undefined): DynamicModule {
    return {
      module: WorkRunnerModule,
      providers: [{ provide: WorkInstance, useExisting: instanceToken(name) }],
    };
  }

  constructor(
    private readonly instance: WorkInstance,
    private readonly registrar: JobRegistrar,
    private readonly listeners: JobListeners,
    private readonly losses: HandlerLosses,
    private readonly moduleRef: ModuleRef,
    private readonly modules: ModulesContainer,
  ) {
    instance.assertOnlyOne(modules);
    placeHooks(modules, WorkRunnerModule, INNERMOST);
  }

  /**
   * Registers middleware, handlers and schedules. Errors in them prevent the application from starting, before the pool
   * of any instance starts.
   */
  async onModuleInit(): Promise<void> {
    const { pool, options } = this.instance;
    for (const option of options.middleware ?? []) {
      pool.middleware(await this.toMiddleware(option as JobMiddlewareOption));
    }
    const decorator = await this.decorator(options.jobDecorator);
    this.registration = this.registrar.register(decorator);
    if (this.instance.runsJobs) await pool.checkSchedules();
    this.listeners.subscribe();
    this.losses.watch();
    const [first] = instanceNames(this.modules);
    if (first === this.instance.name) warnOfCopies(this.instance.logger);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { environment, logger } = this.instance;
    if (this.registration) logger.log(startReport(this.instance, this.registration));
    if (!this.instance.runsJobs) return;
    try {
      this.beforeStop = await environment.start(this.instance);
    } catch (error) {
      await this.stopAll();
      throw error;
    }
  }

  async onModuleDestroy(): Promise<void> {
    const { pool } = this.instance;
    this.beforeStop?.();
    // Nest ignores repeated signals. On one, the pool logs the jobs that it is waiting for.
    const off = onFurtherSignals(() => void pool.stop().catch(() => undefined));
    await pool.stop().finally(off);
  }

  /** Stops every pool of an application that fails to start. */
  private async stopAll(): Promise<void> {
    const pools = instancesOf(this.modules).map(({ pool }) => pool.stop());
    await Promise.allSettled(pools);
  }

  private async toMiddleware(option: JobMiddlewareOption): Promise<Middleware> {
    if (!isMiddlewareClass(option)) return option;
    const instance = await this.provided('middleware', option);
    return (job, next, context) => instance.use(job, next, context);
  }

  private async decorator(type: Type<JobDecoratorService> = JobDecoratorService) {
    const decorator = await this.provided('jobDecorator', type);
    if (typeof decorator.decorate === 'function') return decorator;
    throw new InvalidOptionError(
      'jobDecorator',
      type.name,
      'a class that extends JobDecoratorService',
    );
  }

  /**
   * Returns the application's instance of a class, or creates one if the application does not provide the class.
   *
   * @throws InvalidOptionError for a request-scoped class, or one with dependencies that cannot be resolved
   */
  private async provided<T>(option: string, type: Type<T>): Promise<T> {
    const isProvided = [...this.modules.values()].some(({ providers }) => providers.has(type));
    try {
      return isProvided
        ? this.moduleRef.get<T>(type, { strict: false })
        : await this.moduleRef.create<T>(type);
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
      const expected = `a class that the application provides, in the default scope (${reason})`;
      throw new InvalidOptionError(option, type.name, expected, { cause: error });
    }
  }
}
