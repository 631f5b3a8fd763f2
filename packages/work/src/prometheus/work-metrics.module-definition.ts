import {
  ConfigurableModuleBuilder,
  type CanActivate,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { PrometheusMetrics, type PrometheusMetricsOptions } from '@nestcraft/engine/prometheus';
import { instanceToken } from '../instance/instance-tokens.js';
import type { WorkInstance } from '../instance/work-instance.js';
import { WORK_METRICS_OPTIONS } from './metrics-options.token.js';
import { metricsController } from './metrics.controller.js';

/** Options of `WorkMetricsModule.forRoot`, also returned by the factory of `forRootAsync`. */
export type WorkMetricsOptions = Pick<PrometheusMetricsOptions, 'registry' | 'prefix'>;

/** Additional settings of `WorkMetricsModule.forRoot` and `forRootAsync`, beside the options. */
export interface WorkMetricsExtras {
  /**
   * The path of the page; default `metrics`. `false` adds no page, for applications that serve the registry elsewhere.
   */
  readonly path?: string | false | undefined;
  /**
   * Guards of the page, which run after the application's global guards; default: none. Their dependencies must be
   * global or in the `imports` of `forRootAsync`.
   */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
  /**
   * Class decorators for the page's controller, such as an application's own `Public()` that its global guard checks;
   * default: none.
   */
  readonly decorators?: readonly ClassDecorator[] | undefined;
  /** The name of the instance of WorkModule that is measured; default: the unnamed instance. */
  readonly instance?: string | undefined;
}

const { NAME, objectWith, rule } = optionRules;

/** The rules for the settings beside a factory of options. */
export const METRICS_EXTRAS: OptionTable<WorkMetricsExtras> = {
  path: rule('a path, or false for none', (value) => value === false || typeof value === 'string'),
  guards: rule('a list of guards', Array.isArray),
  decorators: rule('a list of class decorators', Array.isArray),
  instance: NAME,
};

/** The rules for the options that a factory returns. */
const MADE_OPTIONS: OptionTable<WorkMetricsOptions> = {
  registry: objectWith('a Registry of prom-client', 'registerMetric'),
  prefix: rule('a text', (value) => typeof value === 'string'),
};

/** The rules for the options of `WorkMetricsModule`. */
export const METRICS_OPTIONS: OptionTable<WorkMetricsOptions & WorkMetricsExtras> = {
  ...MADE_OPTIONS,
  ...METRICS_EXTRAS,
};

/** The base class of `WorkMetricsModule`. */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<WorkMetricsOptions>({
  moduleName: 'WorkMetrics',
  optionsInjectionToken: WORK_METRICS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createWorkMetricsOptions')
  .setExtras<WorkMetricsExtras>(
    { path: 'metrics', guards: [], decorators: [], instance: undefined },
    withExtras,
  )
  .build();

function withExtras(
  definition: DynamicModule,
  { path = 'metrics', guards = [], decorators = [], instance }: WorkMetricsExtras,
): DynamicModule {
  return {
    ...definition,
    providers: [...(definition.providers ?? []), metricsProvider(instance)],
    controllers: path === false ? [] : [metricsController({ path, guards, decorators })],
  };
}

function metricsProvider(instance: string | undefined): Provider {
  return {
    provide: PrometheusMetrics,
    inject: [instanceToken(instance), WORK_METRICS_OPTIONS],
    useFactory: ({ enqueuer, client, pool, options: { role } }: WorkInstance, options: unknown) => {
      optionRules.assertOptions('WorkMetricsModule.forRootAsync', options, MADE_OPTIONS);
      return new PrometheusMetrics({
        ...{ enqueuer, client, ...options },
        pool: role === 'enqueuer' ? undefined : pool,
      });
    },
  };
}
