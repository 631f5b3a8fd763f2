import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { InvalidOptionError } from '@nestcraft/engine';
import { optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { instanceExports, instanceProviders } from './instance/instance-providers.js';
import { WORK_MODULE_OPTIONS, type WorkModuleOptions } from './options/work-module-options.js';
import { WorkRunnerModule } from './work-runner.module.js';

/** Additional settings of `forRoot` and `forRootAsync`, beside the options. */
export interface WorkModuleExtras {
  /**
   * Distinguishes several instances in one application: `@InjectEnqueuer(name)`,
   * `@JobHandler('x', { instance: name })`. Default: none; one instance may be unnamed.
   */
  readonly name?: string | undefined;
}

/** The rules for the settings beside a factory of options. */
export const WORK_EXTRAS: OptionTable<WorkModuleExtras> = { name: optionRules.NAME };

/** The base of `WorkModule`. */
export const { ConfigurableModuleClass, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WorkModuleOptions>({
    optionsInjectionToken: WORK_MODULE_OPTIONS,
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWorkOptions')
    .setExtras<WorkModuleExtras>({ name: undefined }, instanceDefinition)
    .build();

/** Options of `forRootAsync`. */
export type WorkModuleAsyncOptions = typeof ASYNC_OPTIONS_TYPE;

/** @throws InvalidOptionError */
function instanceDefinition(definition: DynamicModule, { name }: WorkModuleExtras): DynamicModule {
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new InvalidOptionError('name', name, 'a string, or omitted');
  }
  const { imports = [], providers = [] } = definition;
  return {
    ...definition,
    imports: [...imports, WorkRunnerModule.of(name)],
    // Read when the application is created: by then all copies of this package that it uses are loaded.
    get providers() {
      return [...providers, ...instanceProviders(name, isMadeByFactory(providers))];
    },
    get exports() {
      return instanceExports(name);
    },
  };
}

function isMadeByFactory(providers: readonly Provider[]): boolean {
  return providers.some(
    (one) => 'provide' in one && one.provide === WORK_MODULE_OPTIONS && 'useFactory' in one,
  );
}
