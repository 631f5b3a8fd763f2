import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef, ModulesContainer } from '@nestjs/core';
import { WorkerPool, type Middleware } from '@nestcraft/engine';
import { DuplicateWorkModuleError } from './errors.js';
import { HandlerCaller } from './handler-caller.js';
import { JobExplorer } from './job-explorer.js';
import { isMiddlewareClass, type JobMiddlewareOption } from './job-middleware.js';
import type { WorkModuleOptions } from './work-module-options.js';
import { ConfigurableModuleClass, WORK_MODULE_OPTIONS } from './work.module-definition.js';

/**
 * Runs the pool with the application: it starts when everything else has, and stops before anything else does, so
 * that what handlers use is there from their first job to their last.
 */
@Module({ imports: [DiscoveryModule], providers: [JobExplorer, HandlerCaller] })
export class WorkRunnerModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private handlers = 0;

  constructor(
    private readonly pool: WorkerPool,
    private readonly explorer: JobExplorer,
    private readonly moduleRef: ModuleRef,
    private readonly modules: ModulesContainer,
    @Inject(WORK_MODULE_OPTIONS) private readonly options: WorkModuleOptions,
  ) {
    this.comeLast();
  }

  /** Registers middleware and handlers: what is wrong with them keeps the application from starting. */
  async onModuleInit(): Promise<void> {
    for (const option of this.options.middleware ?? []) {
      this.pool.middleware(await this.toMiddleware(option as JobMiddlewareOption));
    }
    this.handlers = this.explorer.register(this.pool);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.handlers > 0) await this.pool.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.stop();
  }

  /**
   * Nest runs the hooks of a module the later at start, and the sooner at the end, the closer it is to the root,
   * which has distance 0. Among modules of one distance the order of imports decides, which users should not need
   * to think of.
   */
  private comeLast(): void {
    const modules = [...this.modules.values()];
    const workModules = modules.filter(
      ({ metatype }) => metatype.prototype instanceof ConfigurableModuleClass,
    );
    if (workModules.length > 1) throw new DuplicateWorkModuleError();
    const self = modules.find(({ metatype }) => metatype === WorkRunnerModule);
    if (self) self.distance = -1;
  }

  private async toMiddleware(option: JobMiddlewareOption): Promise<Middleware> {
    if (!isMiddlewareClass(option)) return option;
    const instance = await this.provided(option);
    return (job, next, context) => instance.use(job, next, context);
  }

  /** The application's instance; or, if it does not provide the class, one of our own. */
  private async provided<T>(type: new (...args: never[]) => T): Promise<T> {
    try {
      return this.moduleRef.get<T>(type, { strict: false });
    } catch {
      return this.moduleRef.create<T>(type as new (...args: unknown[]) => T);
    }
  }
}
