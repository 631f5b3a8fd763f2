import type { Client, Enqueuer, Logger, RedisSource, WorkerPool } from '@nestcraft/engine';
import { systemClock, type Clock } from '@nestcraft/engine/internal';
import { openSource } from '../options/redis-option.js';
import { warnWithoutShutdownHooks } from './shutdown-hooks.js';
import type { WorkModuleOptions } from '../options/work-module-options.js';

/** The token of what the instances of an application take from around them. */
export const WORK_ENVIRONMENT = 'WORK_ENVIRONMENT';

/** An instance of `WorkModule`, as its environment sees it. */
export interface EnvironmentInstance {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly logger: Logger;
}

/** What an instance of `WorkModule` takes from around it, whatever its options say. A test puts its own in its place. */
export interface WorkEnvironment {
  readonly clock: Clock;
  /** What keys begin with. */
  namespace(options: WorkModuleOptions): string | undefined;
  /** Where Redis is. */
  openSource(options: WorkModuleOptions): Promise<RedisSource>;
  /** An instance was made, and has not enqueued anything yet. */
  attach(instance: EnvironmentInstance): void;
  /** Starts the pool of an instance, at the application's start. Returns what is to be done before it is stopped. */
  start(instance: EnvironmentInstance): Promise<() => void>;
}

/** That of applications. */
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
