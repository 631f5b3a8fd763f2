import {
  Controller,
  Get,
  Header,
  Module,
  VERSION_NEUTRAL,
  type DynamicModule,
  type OnApplicationShutdown,
  type Type,
} from '@nestjs/common';
import { Client } from '@nestcraft/engine';
import { PrometheusMetrics, type PrometheusMetricsOptions } from '@nestcraft/engine/prometheus';
import { register, type Registry, type RegistryContentType } from 'prom-client';
import { getClientToken, instanceToken } from '../instance-tokens.js';
import { WorkInstance } from '../work-instance.js';

export interface WorkMetricsModuleOptions extends Pick<
  PrometheusMetricsOptions,
  'registry' | 'prefix'
> {
  /** Where the page is, such as `metrics`, which is the default; `false` for none, where another shows the registry. */
  readonly path?: string | false;
  /** Whose metrics: the name of an instance of WorkModule; default: the unnamed one. */
  readonly instance?: string;
}

/**
 * Shows what the application's jobs do as a page for Prometheus, with all else that is in the registry. The page stands
 * behind the application's own global guards, and behind no others.
 *
 * @example
 * ```ts
 * @Module({ imports: [WorkModule.forRoot({ redis }), WorkMetricsModule.forRoot({ path: 'metrics' })] })
 * class AppModule {}
 * ```
 */
@Module({})
export class WorkMetricsModule implements OnApplicationShutdown {
  static forRoot({
    path = 'metrics',
    instance,
    registry = register,
    prefix,
  }: WorkMetricsModuleOptions = {}): DynamicModule {
    return {
      module: WorkMetricsModule,
      controllers: path === false ? [] : [metricsController(path, registry)],
      providers: [
        {
          provide: PrometheusMetrics,
          inject: [instanceToken(instance), getClientToken(instance)],
          useFactory: ({ enqueuer, pool, options }: WorkInstance, client: Client) =>
            new PrometheusMetrics({
              ...{ enqueuer, client, registry, prefix },
              pool: options.role === 'enqueuer' ? undefined : pool,
            }),
        },
      ],
    };
  }

  constructor(private readonly metrics: PrometheusMetrics) {}

  /** Another application of this process, such as a test's, may register its own. */
  onApplicationShutdown(): void {
    this.metrics.remove();
  }
}

function metricsController(path: string, registry: Registry<RegistryContentType>): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class WorkMetricsController {
    @Get()
    @Header('Content-Type', registry.contentType)
    @Header('Cache-Control', 'no-store')
    page(): Promise<string> {
      return registry.metrics();
    }
  }
  return WorkMetricsController;
}
