import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WorkModuleOptions } from './work-module-options.js';

/** What `WorkModule` is built on; `WORK_MODULE_OPTIONS` is the token of its options. */
export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: WORK_MODULE_OPTIONS } =
  new ConfigurableModuleBuilder<WorkModuleOptions>({ moduleName: 'Work' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWorkOptions')
    .build();
