import {
  Module,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { optionRules } from '@nestcraft/engine/internal';
import { assertAsyncOptions } from '../options/async-options.js';
import { PrometheusMetrics } from '@nestcraft/engine/prometheus';
import {
  ConfigurableModuleClass,
  METRICS_EXTRAS,
  METRICS_OPTIONS,
  type WorkMetricsExtras,
  type WorkMetricsOptions,
} from './work-metrics.module-definition.js';

export type WorkMetricsModuleOptions = WorkMetricsOptions & WorkMetricsExtras;

/**
 * Serves the metrics of the application's jobs, with everything else in the registry, as a page for Prometheus. The
 * application's global guards protect the page, followed by those of the option `guards`.
 *
 * @example
 * ```ts
 * @Module({ imports: [WorkModule.forRoot({ redis }), WorkMetricsModule.forRoot({ path: 'metrics' })] })
 * class AppModule {}
 * ```
 */
@Module({})
export class WorkMetricsModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  /** @param options `path` (default `metrics`), `guards`, `decorators`, `instance`, `registry`, `prefix`; @throws InvalidOptionError */
  static override forRoot(options: WorkMetricsModuleOptions = {}): DynamicModule {
    optionRules.assertOptions('WorkMetricsModule.forRoot', options, METRICS_OPTIONS);
    return super.forRoot(options);
  }

  /**
   * Like `forRoot`, with `registry` and `prefix` from a factory. The other options are given beside the factory.
   *
   * @throws InvalidOptionError
   */
  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<WorkMetricsOptions, 'createWorkMetricsOptions'> &
      WorkMetricsExtras,
  ): DynamicModule {
    assertAsyncOptions('WorkMetricsModule.forRootAsync', options, METRICS_EXTRAS);
    return super.forRootAsync(options);
  }

  constructor(private readonly metrics: PrometheusMetrics) {
    super();
  }

  /** Unregisters the metrics, so that another application of this process, such as a test's, can register its own. */
  onApplicationShutdown(): void {
    this.metrics.remove();
  }
}
