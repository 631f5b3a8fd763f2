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

/** Where the page is, and what stands on its controller. */
export interface MetricsPage {
  readonly path: string;
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly decorators: readonly ClassDecorator[];
}

/** A controller that shows a registry at `path`. */
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
     * Replies itself: an interceptor of the application that puts every response into an object of its own would hide
     * the page from Prometheus. It is returned for those that look at it, and know that files are left alone.
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
