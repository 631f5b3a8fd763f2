import { Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client, Enqueuer, silentLogger } from '@nestcraft/engine';
import type { WorkModuleOptions } from '../options/work-module-options.js';
import type { WorkModuleExtras } from '../work.module-definition.js';
import { WorkModule } from '../work.module.js';
import { isolated } from './test-redis.js';

export type Imports = NonNullable<ModuleMetadata['imports']>;
export type Providers = NonNullable<ModuleMetadata['providers']>;

const apps: INestApplicationContext[] = [];

/** Registers an application for `closeApps`. */
export function closeLater<App extends INestApplicationContext>(app: App): App {
  apps.push(app);
  return app;
}

/** Closes the applications of the test; for `afterEach`. */
export async function closeApps(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
}

/** Imports a WorkModule that shares nothing with other tests. */
export function work(options: Partial<WorkModuleOptions> & WorkModuleExtras = {}): Imports[number] {
  return WorkModule.forRoot({
    ...isolated(),
    logger: silentLogger,
    shutdownTimeout: 5_000,
    ...options,
  });
}

/** Starts an application of these modules and providers. */
export async function anApp(
  imports: Imports,
  providers: Providers = [],
): Promise<INestApplicationContext> {
  @Module({ imports, providers })
  class AppModule {}
  return closeLater(
    await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false }),
  );
}

/** Returns the error that prevents such an application from starting. */
export async function bootError(imports: Imports, providers: Providers = []): Promise<unknown> {
  return anApp(imports, providers).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Starts an application with these providers. Returns an enqueuer and a client to check their jobs. */
export async function aWorker(
  providers: Providers,
  options: Parameters<typeof work>[0] = {},
): Promise<{ app: INestApplicationContext; enqueuer: Enqueuer; client: Client }> {
  const app = await anApp([work(options)], providers);
  return { app, enqueuer: app.get(Enqueuer), client: app.get(Client) };
}

/** Returns the last errors of the dead jobs, in order. */
export async function deathsOf(client: Client): Promise<(string | undefined)[]> {
  return (await client.dead.list()).jobs.map(({ job }) => job?.lastError).sort();
}
