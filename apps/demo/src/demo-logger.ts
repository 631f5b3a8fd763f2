import { ConsoleLogger } from '@nestjs/common';
import { TRAFFIC_JOBS } from './traffic/shop.js';

const BOOT = [
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
];

/** Leaves out what Nest says of every route and module, and the sample traffic, so that the demo's own lines are seen. */
export class DemoLogger extends ConsoleLogger {
  override log(message: unknown, context?: unknown): void {
    if (typeof context === 'string' && !BOOT.includes(context)) super.log(message, context);
  }

  override warn(message: unknown, ...more: unknown[]): void {
    if (!isTraffic(message)) super.warn(message, ...(more as string[]));
  }

  override error(message: unknown, ...more: unknown[]): void {
    if (!isTraffic(message)) super.error(message, ...(more as string[]));
  }
}

/** Failures of the sample jobs are for the dashboard to show. */
function isTraffic(message: unknown): boolean {
  return TRAFFIC_JOBS.some((name) => String(message).startsWith(`Job "${name}"`));
}
