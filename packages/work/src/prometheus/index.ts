export * from '@nestcraft/engine/prometheus';
export { WorkMetricsModule, type WorkMetricsModuleOptions } from './work-metrics.module.js';
