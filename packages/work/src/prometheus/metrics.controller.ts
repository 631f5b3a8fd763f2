import {
  Controller,
  Get,
  Header,
  Inject,
  StreamableFile,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { register, type Registry, type RegistryContentType } from 'prom-client';
import { WORK_METRICS_OPTIONS } from './metrics-options.token.js';

/** A controller that shows a registry at `path`. */
export function metricsController(
  path: string,
  guards: readonly (Type<CanActivate> | CanActivate)[],
): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(...guards)
  class WorkMetricsController {
    private readonly registry: Registry<RegistryContentType>;

    constructor(
      @Inject(WORK_METRICS_OPTIONS)
      { registry = register }: { readonly registry?: Registry<RegistryContentType> },
    ) {
      this.registry = registry;
    }

    @Get()
    @Header('Cache-Control', 'no-store')
    async page(): Promise<StreamableFile> {
      const text = Buffer.from(await this.registry.metrics());
      return new StreamableFile(text, { type: this.registry.contentType, length: text.length });
    }
  }
  return WorkMetricsController;
}
