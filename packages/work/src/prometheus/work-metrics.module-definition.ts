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

/** What `WorkMetricsModule.forRoot` takes, and what the factory of `forRootAsync` makes. */
export type WorkMetricsOptions = Pick<PrometheusMetricsOptions, 'registry' | 'prefix'>;

/** What `forRoot` and `forRootAsync` of `WorkMetricsModule` take beside the options. */
export interface WorkMetricsExtras {
  /** Where the page is, such as `metrics`, which is the default; `false` for none, where another shows the registry. */
  readonly path?: string | false | undefined;
  /**
   * Stand before the page, after the application's global ones; default: none. What they inject has to be global, or in
   * the `imports` of `forRootAsync`.
   */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
  /**
   * Class decorators for the page's controller, such as an application's own `Public()`, by which its global guard lets
   * the page pass; default: none.
   */
  readonly decorators?: readonly ClassDecorator[] | undefined;
  /** Whose metrics: the name of an instance of WorkModule; default: the unnamed one. */
  readonly instance?: string | undefined;
}

const { NAME, objectWith, rule } = optionRules;

/** What may stand beside a factory of options. */
export const METRICS_EXTRAS: OptionTable<WorkMetricsExtras> = {
  path: rule('a path, or false for none', (value) => value === false || typeof value === 'string'),
  guards: rule('a list of guards', Array.isArray),
  decorators: rule('a list of class decorators', Array.isArray),
  instance: NAME,
};

/** What a factory of options may make. */
const MADE_OPTIONS: OptionTable<WorkMetricsOptions> = {
  registry: objectWith('a Registry of prom-client', 'registerMetric'),
  prefix: rule('a text', (value) => typeof value === 'string'),
};

/** What the options of `WorkMetricsModule` may be. */
export const METRICS_OPTIONS: OptionTable<WorkMetricsOptions & WorkMetricsExtras> = {
  ...MADE_OPTIONS,
  ...METRICS_EXTRAS,
};

/** What `WorkMetricsModule` is built on. */
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
