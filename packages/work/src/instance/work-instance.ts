import { Logger as NestLogger } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { Client, Enqueuer, Logger, RedisConnection, WorkerPool } from '@nestcraft/engine';
import { safeLogger } from '@nestcraft/engine/internal';
import { DuplicateWorkModuleError, UnknownWorkInstanceError } from '../base/errors.js';
import { IdlePool } from './idle-pool.js';
import { instanceToken } from './instance-tokens.js';
import type { JobCatalog } from './job-catalog.js';
import type { WorkEvents } from '../events/work-events.js';
import type { WorkEnvironment } from './work-environment.js';
import type { WorkModuleOptions } from '../options/work-module-options.js';

/** The parts of an instance. */
export interface WorkInstanceParts {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly events: WorkEvents;
  readonly catalog: JobCatalog;
}

/** One `WorkModule.forRoot()` and its parts. An application may have several instances, distinguished by name. */
export class WorkInstance {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly events: WorkEvents;
  readonly catalog: JobCatalog;
  #logger: Logger | undefined;

  constructor(
    /** `undefined` for the unnamed instance. */
    readonly name: string | undefined,
    readonly environment: WorkEnvironment,
    readonly options: WorkModuleOptions,
    readonly connection: RedisConnection,
    { enqueuer, client, pool, events, catalog }: WorkInstanceParts,
  ) {
    this.enqueuer = enqueuer;
    this.client = client;
    this.pool = pool;
    this.events = events;
    this.catalog = catalog;
  }

  /** Whether this process runs jobs; valid once all handlers are registered. */
  get runsJobs(): boolean {
    return !(this.pool instanceof IdlePool) && this.pool.jobNames.length > 0;
  }

  /** The logger for messages that do not belong to a job. */
  get logger(): Logger {
    return (this.#logger ??= safeLogger(this.options.logger ?? new NestLogger('WorkModule')));
  }

  /** @throws DuplicateWorkModuleError when the application has another instance of this name */
  assertOnlyOne(modules: ModulesContainer): void {
    const token = instanceToken(this.name);
    const same = [...modules.values()].filter(({ providers }) => providers.has(token));
    if (same.length > 1) throw new DuplicateWorkModuleError(this.name);
  }

  /**
   * Returns whether `instance` names this instance.
   *
   * @param place the code that names the instance, for the error
   * @throws UnknownWorkInstanceError when the application has no instance of that name
   */
  owns(instance: string | undefined, place: string, modules: ModulesContainer): boolean {
    if (instance === this.name) return true;
    const known = instanceNames(modules);
    if (!known.includes(instance)) throw new UnknownWorkInstanceError(instance, place, known);
    return false;
  }
}

/** Returns the names of the application's instances, from all copies of this package. */
export function instanceNames(modules: ModulesContainer): (string | undefined)[] {
  const unnamed = instanceToken();
  return [...modules.values()].flatMap(({ providers }) =>
    [...providers.keys()]
      .filter((token): token is string => typeof token === 'string' && token.startsWith(unnamed))
      .map((token) => (token === unnamed ? undefined : token.slice(unnamed.length))),
  );
}

/** Returns the application's instances. The list is complete once all providers have been created. */
export function instancesOf(modules: ModulesContainer): WorkInstance[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const instance: unknown = providers.get(WorkInstance)?.instance;
    return instance instanceof WorkInstance ? [instance] : [];
  });
}
