export * from '@nestcraft/engine/prometheus';
export { WorkMetricsModule, type WorkMetricsModuleOptions } from './work-metrics.module.js';
export {
  type WorkMetricsExtras,
  type WorkMetricsOptions,
} from './work-metrics.module-definition.js';
