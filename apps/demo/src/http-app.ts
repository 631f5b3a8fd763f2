import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import type { DemoOptions } from './demo-options.js';
import { DemoLogger } from './demo-logger.js';

/**
 * Starts the application and listens on `port`, or on any free port if `port` is taken and not fixed. Returns the
 * application and its URL.
 */
export async function startApp(
  options: DemoOptions,
  { port, isFixed }: { port: number; isFixed: boolean },
): Promise<{ app: INestApplication; url: string }> {
  const app = await NestFactory.create(AppModule.with(options), {
    logger: new DemoLogger(),
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(port, '127.0.0.1').catch(async (error: unknown) => {
    if (isFixed || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await app.listen(0, '127.0.0.1');
  });
  return { app, url: await app.getUrl() };
}
