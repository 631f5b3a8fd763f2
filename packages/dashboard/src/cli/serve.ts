import 'reflect-metadata';
import { ConsoleLogger, Module, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { silentLogger, WorkModule, type RedisSource } from '@nestcraft/work';
import { parseRedisUrl } from '@nestcraft/work/internal';
import { basicAuth } from '../security/basic-auth.js';
import { WorkDashboardModule } from '../dashboard.module.js';
import type { CliOptions } from './cli-options.js';
import { fail } from './fail.js';

/**
 * Loads the adapter on demand: only this command needs the package, so an application with Fastify need not install it.
 */
async function expressAdapter() {
  try {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return fail(
      'nestcraft-dashboard needs @nestjs/platform-express: npm install @nestjs/platform-express',
      1,
    );
  }
}

/** A URL cannot contain certificates, so they need options. */
function sourceOf({ redis, tls }: CliOptions): RedisSource {
  return tls ? { ...parseRedisUrl(redis), tls } : redis;
}

function moduleFor(chosen: CliOptions) {
  const { namespace, readOnly, login } = chosen;
  @Module({
    imports: [
      WorkModule.forRoot({ redis: sourceOf(chosen), namespace, logger: silentLogger }),
      WorkDashboardModule.forRoot({
        path: 'work',
        readOnly,
        // Without a login it is reachable from this machine only, unless the user opts out.
        ...(login ? { authenticate: basicAuth(login) } : { insecureAllowAll: true }),
      }),
    ],
  })
  class CliModule {}
  return CliModule;
}

/** Suppresses Nest's report of a fatal error, which is printed below as one line. */
class StartLogger extends ConsoleLogger {
  override error(): void {
    return;
  }
}

/** Serves the dashboard until a signal ends the process. @throws if it cannot start, as for a port in use */
export async function serve(chosen: CliOptions): Promise<void> {
  const { namespace, host, port } = chosen;
  const logger = new StartLogger({ logLevels: ['warn'] });
  const how: NestApplicationOptions = { logger, abortOnError: false };
  const app = await NestFactory.create(moduleFor(chosen), await expressAdapter(), how);
  app.enableShutdownHooks();
  await app.listen(port, host);
  app.useLogger(['error', 'warn']);
  process.stdout.write(`The dashboard of "${namespace}" is at ${await app.getUrl()}/work\n`);
}
