import 'reflect-metadata';
import {
  Injectable,
  Module,
  Scope,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JobHandler, silentLogger, WorkerPool, WorkModule, type Job } from '@nestcraft/work';
import type { Observable } from 'rxjs';
import type { Setting } from '../host/protocol.js';
import type { JobArgs } from '../jobs.js';
import type { Driver, Hooks, Producer, Workers } from './driver.js';
import { NestcraftDriver } from './nestcraft.js';
import { versionOf } from './version.js';

/** What stands before a handler. */
export type NestExtra = 'plain' | 'current job' | 'guard' | 'interceptor' | 'request';

@Injectable()
class PassGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class PassInterceptor implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@Module({})
class BenchModule {}

const ENHANCERS: Partial<Record<NestExtra, MethodDecorator>> = {
  guard: UseGuards(PassGuard),
  interceptor: UseInterceptors(PassInterceptor),
};

/** This project as a Nest application has it: `@JobHandler` on the methods of a provider. */
export class NestDriver implements Driver {
  readonly version = versionOf('@nestcraft/work');
  readonly #engine = new NestcraftDriver();
  readonly #extra: NestExtra;

  constructor(extra: NestExtra) {
    this.#extra = extra;
  }

  openProducer(setting: Setting): Promise<Producer> {
    return this.#engine.openProducer(setting);
  }

  async startWorkers(setting: Setting, { handle, settled }: Hooks): Promise<Workers> {
    const { redisUrl: redis, namespace, jobNames, concurrency } = setting;
    const currentJob = this.#extra === 'current job';
    const options = { redis, namespace, concurrency, currentJob, logger: silentLogger };
    const app = await NestFactory.createApplicationContext(
      {
        module: BenchModule,
        imports: [WorkModule.forRoot(options)],
        providers: [handlersFor(jobNames, handle, this.#extra)],
      },
      { logger: false },
    );
    app.get(WorkerPool).on('settled', ({ fate }) => {
      if (fate.kind === 'done') settled();
    });
    return { stop: () => app.close() };
  }
}

/** A provider with a handler for each name. */
function handlersFor(jobNames: readonly string[], handle: Hooks['handle'], extra: NestExtra): Type {
  @Injectable(extra === 'request' ? { scope: Scope.REQUEST } : {})
  class Handlers {}

  const { prototype } = Handlers;
  for (const jobName of jobNames) {
    const descriptor: PropertyDescriptor = {
      value: (job: Job) => handle(job.args as unknown as JobArgs, job.fails),
      writable: true,
      configurable: true,
    };
    Object.defineProperty(prototype, jobName, descriptor);
    JobHandler(jobName, { backoff: () => 0 })(prototype, jobName, descriptor);
    ENHANCERS[extra]?.(prototype, jobName, descriptor);
  }
  return Handlers;
}
