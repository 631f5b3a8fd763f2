import {
  applyDecorators,
  Controller,
  Get,
  Header,
  Inject,
  Res,
  StreamableFile,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { register, type Registry, type RegistryContentType } from 'prom-client';
import { WORK_METRICS_OPTIONS } from './metrics-options.token.js';

/** The metrics page's path, and the guards and decorators of its controller. */
export interface MetricsPage {
  readonly path: string;
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly decorators: readonly ClassDecorator[];
}

/** Creates a controller that serves a registry at `path`. */
export function metricsController({ path, guards, decorators }: MetricsPage): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  @applyDecorators(...decorators)
  class WorkMetricsController {
    private readonly registry: Registry<RegistryContentType>;

    constructor(
      @Inject(WORK_METRICS_OPTIONS)
      { registry = register }: { readonly registry?: Registry<RegistryContentType> },
      private readonly adapterHost: HttpAdapterHost,
    ) {
      this.registry = registry;
    }

    /**
     * Sends the response itself: an application's interceptor that wraps every response in an object would make the
     * page unreadable for Prometheus. The file is also returned, for interceptors that inspect the result and leave
     * files alone.
     */
    @Get()
    @Header('Cache-Control', 'no-store')
    async page(@Res() response: unknown): Promise<StreamableFile> {
      const text = Buffer.from(await this.registry.metrics());
      const { contentType } = this.registry;
      const file = new StreamableFile(text, { type: contentType, length: text.length });
      this.adapterHost.httpAdapter.reply(response, file);
      return file;
    }
  }
  return WorkMetricsController;
}
