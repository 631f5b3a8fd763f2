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

/** What an instance works with. */
export interface WorkInstanceParts {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly events: WorkEvents;
  readonly catalog: JobCatalog;
}

/** One `WorkModule.forRoot()` and what it runs. An application may have several, told apart by their names. */
export class WorkInstance {
  readonly enqueuer: Enqueuer;
  readonly client: Client;
  readonly pool: WorkerPool;
  readonly events: WorkEvents;
  readonly catalog: JobCatalog;
  #logger: Logger | undefined;

  constructor(
    /** Nothing for the unnamed one. */
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

  /** Whether this process runs jobs: known once all handlers are registered. */
  get runsJobs(): boolean {
    return !(this.pool instanceof IdlePool) && this.pool.jobNames.length > 0;
  }

  /** Where it writes what is no job's own. */
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
   * Whether what names `instance` belongs to this one.
   *
   * @param place for the error: what names it
   * @throws UnknownWorkInstanceError when the application has no instance of that name
   */
  owns(instance: string | undefined, place: string, modules: ModulesContainer): boolean {
    if (instance === this.name) return true;
    const known = instanceNames(modules);
    if (!known.includes(instance)) throw new UnknownWorkInstanceError(instance, place, known);
    return false;
  }
}

/** The names of the application's instances, whatever copy of this package they are of. */
export function instanceNames(modules: ModulesContainer): (string | undefined)[] {
  const unnamed = instanceToken();
  return [...modules.values()].flatMap(({ providers }) =>
    [...providers.keys()]
      .filter((token): token is string => typeof token === 'string' && token.startsWith(unnamed))
      .map((token) => (token === unnamed ? undefined : token.slice(unnamed.length))),
  );
}

/** The application's instances. Complete as soon as all providers are made. */
export function instancesOf(modules: ModulesContainer): WorkInstance[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const instance: unknown = providers.get(WorkInstance)?.instance;
    return instance instanceof WorkInstance ? [instance] : [];
  });
}
