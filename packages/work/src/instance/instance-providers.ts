import { Logger, type InjectionToken, type Provider } from '@nestjs/common';
import { Client, Enqueuer, RedisConnection, WorkerPool, type RedisSource } from '@nestcraft/engine';
import { DEFAULT_NAMESPACE, safeLogger, type Clock } from '@nestcraft/engine/internal';
import {
  catalogToken,
  checkedOptionsToken,
  connectionToken,
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  getWorkEventsToken,
  instanceToken,
  ownPoolToken,
  redisSourceToken,
} from './instance-tokens.js';
import { IdlePool } from './idle-pool.js';
import { JobCatalog } from './job-catalog.js';
import { jobErrors } from '../options/job-outcome.js';
import { givenOptions, madeOptions } from '../options/checked-options.js';
import { JOB, jobProvider } from './job.token.js';
import { aliasesForCopies } from '../base/other-copies.js';
import { WorkEvents } from '../events/work-events.js';
import {
  applicationEnvironment,
  WORK_ENVIRONMENT,
  type WorkEnvironment,
} from './work-environment.js';
import { WorkInstance } from './work-instance.js';
import { WORK_MODULE_OPTIONS, type WorkModuleOptions } from '../options/work-module-options.js';

/**
 * Returns the providers of an instance of the module: one line per part, with the parts that it depends on.
 *
 * @param isAsync whether a factory returns its options when the application starts
 */
export function instanceProviders(name: string | undefined, isAsync: boolean): Provider[] {
  const options = checkedOptionsToken(name);
  const check = isAsync ? madeOptions : givenOptions;
  const environment = WORK_ENVIRONMENT;
  const catalog = catalogToken(name);
  const source = redisSourceToken(name);
  const connection = connectionToken(name);
  const enqueuer = getEnqueuerToken(name);
  const client = getClientToken(name);
  const pool = getWorkerPoolToken(name);
  const ownPool = ownPoolToken(name);
  const events = getWorkEventsToken(name);
  return [
    { provide: options, inject: [WORK_MODULE_OPTIONS], useFactory: check },
    { provide: environment, useValue: applicationEnvironment },
    { provide: catalog, useFactory: () => new JobCatalog() },
    { provide: source, inject: [environment, options], useFactory: openSource },
    { provide: connection, inject: [environment, options, source], useFactory: makeConnection },
    {
      provide: enqueuer,
      inject: [environment, options, connection, catalog],
      useFactory: makeEnqueuer,
    },
    { provide: client, inject: [environment, options, connection], useFactory: makeClient },
    { provide: pool, inject: [environment, options, source], useFactory: makePool },
    { provide: ownPool, inject: [environment, options, source, pool], useFactory: ownPoolFor },
    { provide: events, inject: [options, ownPool], useFactory: makeEvents },
    {
      provide: instanceToken(name),
      inject: [environment, options, connection, enqueuer, client, ownPool, events, catalog],
      useFactory: (...parts: InstanceParts) => makeInstance(name, parts),
    },
    { provide: WorkInstance, useExisting: instanceToken(name) },
    jobProvider,
    ...forOtherCopies(name),
  ];
}

/** Returns the tokens that other modules may inject. */
export function instanceExports(name: string | undefined): InjectionToken[] {
  const own = [
    ...[getEnqueuerToken(name), getClientToken(name)],
    ...[getWorkerPoolToken(name), getWorkEventsToken(name)],
  ];
  // Shared by all instances: the module that exports them makes no difference.
  const shared = [JOB, ...(name === undefined ? [WORK_MODULE_OPTIONS] : [])];
  return [
    ...[...own, ...shared, instanceToken(name)],
    ...forOtherCopies(name).map(({ provide }) => provide),
  ];
}

/** Aliases are needed only for the unnamed instance: a named instance's tokens are strings, equal in every copy. */
function forOtherCopies(name: string | undefined) {
  return name === undefined ? aliasesForCopies({ Enqueuer, Client, WorkerPool, WorkEvents }) : [];
}

type InstanceParts = [
  WorkEnvironment,
  WorkModuleOptions,
  RedisConnection,
  Enqueuer,
  Client,
  WorkerPool,
  WorkEvents,
  JobCatalog,
];

function openSource(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
): Promise<RedisSource> {
  return environment.openSource(options);
}

function makeConnection(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
  redis: RedisSource,
): RedisConnection {
  const { namespace = DEFAULT_NAMESPACE } = around(environment, options);
  return new RedisConnection(redis, { name: 'enqueuer', namespace, unref: true });
}

function makeEnqueuer(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
  redis: RedisConnection,
  knownJobs: JobCatalog,
): Enqueuer {
  const { maxArgsBytes, propagators, encryption } = options;
  const { logger = new Logger('WorkModule') } = options;
  return new Enqueuer({
    ...{ redis, maxArgsBytes, propagators, encryption, logger, knownJobs },
    ...around(environment, options),
  });
}

function makeClient(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
  redis: RedisConnection,
): Client {
  return new Client({ redis, ...around(environment, options) });
}

/**
 * Creates the instance. A test's replacement of a part is only for code that injects it: the module itself uses its own
 * parts and leaves mocks alone.
 */
function makeInstance(name: string | undefined, parts: InstanceParts): WorkInstance {
  const [environment, options, connection, enqueuer, client, pool, events, catalog] = parts;
  const instance = new WorkInstance(name, environment, options, connection, {
    enqueuer:
      enqueuer instanceof Enqueuer
        ? enqueuer
        : makeEnqueuer(environment, options, connection, catalog),
    client: client instanceof Client ? client : makeClient(environment, options, connection),
    pool,
    events: events instanceof WorkEvents ? events : makeEvents(options, pool),
    catalog,
  });
  instance.environment.attach(instance);
  return instance;
}

function around(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
): { namespace: string | undefined; clock: Clock } {
  return { namespace: environment.namespace(options), clock: environment.clock };
}

function makePool(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
  redis: RedisSource,
  Pool = options.role === 'enqueuer' ? IdlePool : WorkerPool,
): WorkerPool {
  const { concurrency, shutdownTimeout, maxDeaths, rescueUnknownJobs } = options;
  const { context: Context, logger = new Logger(WorkerPool.name), outcomes = [] } = options;
  const { propagators, encryption, currentJob, alerts } = options;
  return new Pool({
    redis,
    ...around(environment, options),
    concurrency,
    shutdownTimeout,
    maxDeaths,
    rescueUnknownJobs,
    mapError: jobErrors(outcomes),
    propagators,
    encryption,
    currentJob,
    alerts,
    logger,
    announce: false, // The module logs a more detailed line.
    context: Context && ((): unknown => new Context()),
  });
}

/** Returns the pool, or an idle pool if a test has replaced it: a mock runs no jobs. */
function ownPoolFor(
  environment: WorkEnvironment,
  options: WorkModuleOptions,
  redis: RedisSource,
  pool: unknown,
): WorkerPool {
  return isPool(pool) ? pool : makePool(environment, options, redis, IdlePool);
}

/** Excludes stubs, which may also be instances of the class. */
function isPool(pool: unknown): pool is WorkerPool {
  try {
    return pool instanceof WorkerPool && Array.isArray(pool.jobNames);
  } catch {
    return false;
  }
}

function makeEvents({ logger = new Logger(WorkEvents.name) }: WorkModuleOptions, pool: WorkerPool) {
  return new WorkEvents(pool, safeLogger(logger));
}
