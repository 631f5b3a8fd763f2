import { ConsoleLogger } from '@nestjs/common';

const BOOT = [
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
];

/** Leaves out what Nest says of every route and module, so that the demo's own lines are seen. */
export class DemoLogger extends ConsoleLogger {
  override log(message: unknown, context?: unknown): void {
    if (typeof context === 'string' && !BOOT.includes(context)) super.log(message, context);
  }
}
