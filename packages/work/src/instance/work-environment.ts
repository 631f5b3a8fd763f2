import type { Client, Enqueuer, Logger, RedisSource, WorkerPool } from '@nestcraft/engine';
import { systemClock, type Clock } from '@nestcraft/engine/internal';
import { openSource } from '../options/redis-option.js';
import { warnWithoutShutdownHooks } from './shutdown-hooks.js';
import type { WorkModuleOptions } from '../options/work-module-options.js';

/** The token of the `WorkEnvironment` of an application's instances. */
export const WORK_ENVIRONMENT = 'WORK_ENVIRONMENT';

/** An instance of `WorkModule`, as its environment sees it. */
export interface EnvironmentInstance {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly logger: Logger;
}

/**
 * The surroundings of an instance of `WorkModule`. It takes precedence over the instance's options. Tests replace it.
 */
export interface WorkEnvironment {
  readonly clock: Clock;
  /** The prefix of all keys. */
  namespace(options: WorkModuleOptions): string | undefined;
  /** Returns the location of Redis. */
  openSource(options: WorkModuleOptions): Promise<RedisSource>;
  /** Called when an instance has been created, before it enqueues anything. */
  attach(instance: EnvironmentInstance): void;
  /** Starts an instance's pool when the application starts. Returns a function to call before the pool is stopped. */
  start(instance: EnvironmentInstance): Promise<() => void>;
}

/** The environment of real applications. */
export const applicationEnvironment: WorkEnvironment = {
  clock: systemClock,
  namespace: ({ namespace }) => namespace,
  openSource,
  attach: () => undefined,
  start: async ({ pool, logger }) => {
    await pool.start();
    return warnWithoutShutdownHooks(logger);
  },
};
