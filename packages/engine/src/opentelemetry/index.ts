export { OpenTelemetryPropagator, type OpenTelemetryPropagatorOptions } from './propagator.js';
export { OpenTelemetryMetrics, type OpenTelemetryMetricsOptions } from './metrics.js';
