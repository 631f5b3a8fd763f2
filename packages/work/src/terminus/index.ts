export { WorkHealthIndicator, type WorkHealthOptions } from './work-health-indicator.js';
