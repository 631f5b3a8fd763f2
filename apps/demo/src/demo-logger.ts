import { ConsoleLogger } from '@nestjs/common';
import { TRAFFIC_JOBS } from './traffic/shop.js';

const BOOT = [
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
];

/** Omits Nest's lines about routes and modules, and the sample traffic, so that the demo's own lines stand out. */
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

/** Returns whether a line is about a sample job: the dashboard shows their failures. */
function isTraffic(message: unknown): boolean {
  return TRAFFIC_JOBS.some((name) => String(message).startsWith(`Job "${name}"`));
}
