import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import { InvalidOptionError } from '@nestcraft/engine';
import { optionRules, type OptionTable } from '@nestcraft/engine/internal';
import { instanceExports, instanceProviders } from './instance/instance-providers.js';
import { WORK_MODULE_OPTIONS } from './options/work-module-options.js';
import type { WorkModuleOptions } from './options/work-module-options.js';
import { WorkRunnerModule } from './work-runner.module.js';

/** What `forRoot` and `forRootAsync` take beside the options. */
export interface WorkModuleExtras {
  /**
   * Tells several instances of one application apart: `@InjectEnqueuer(name)`, `@JobHandler('x', { instance: name })`.
   * Default: none; one instance may go without.
   */
  readonly name?: string | undefined;
}

/** What may stand beside a factory of options. */
export const WORK_EXTRAS: OptionTable<WorkModuleExtras> = { name: optionRules.NAME };

/** What `WorkModule` is built on. */
export const { ConfigurableModuleClass, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WorkModuleOptions>({
    optionsInjectionToken: WORK_MODULE_OPTIONS,
  })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWorkOptions')
    .setExtras<WorkModuleExtras>({ name: undefined }, instanceDefinition)
    .build();

/** What `forRootAsync` takes. */
export type WorkModuleAsyncOptions = typeof ASYNC_OPTIONS_TYPE;

/** @throws InvalidOptionError */
function instanceDefinition(definition: DynamicModule, { name }: WorkModuleExtras): DynamicModule {
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new InvalidOptionError('name', name, 'a text, or left out');
  }
  const { imports = [], providers = [] } = definition;
  return {
    ...definition,
    imports: [...imports, WorkRunnerModule.of(name)],
    // Read when the application is made: by then all copies of this package that it uses are loaded.
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
