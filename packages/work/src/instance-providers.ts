import { Logger, type InjectionToken, type Provider } from '@nestjs/common';
import {
  Client,
  DEFAULT_NAMESPACE,
  Enqueuer,
  RedisConnection,
  safeLogger,
  WorkerPool,
  type Clock,
  type RedisSource,
} from '@nestcraft/engine';
import {
  catalogToken,
  checkedOptionsToken,
  connectionToken,
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  getWorkEventsToken,
  instanceToken,
  redisSourceToken,
} from './instance-tokens.js';
import { IdlePool } from './idle-pool.js';
import { JobCatalog } from './job-catalog.js';
import { jobErrors } from './job-outcome.js';
import { givenOptions, madeOptions } from './checked-options.js';
import { JOB, jobProvider } from './job.token.js';
import { WorkEvents } from './work-events.js';
import {
  applicationEnvironment,
  WORK_ENVIRONMENT,
  type WorkEnvironment,
} from './work-environment.js';
import { WorkInstance } from './work-instance.js';
import { WORK_MODULE_OPTIONS, type WorkModuleOptions } from './work-module-options.js';

/**
 * What an instance of the module consists of: a part a line, made of the parts that it needs.
 *
 * @param isAsync whether its options are made when the application starts
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
    { provide: events, inject: [options, pool], useFactory: makeEvents },
    {
      provide: instanceToken(name),
      inject: [environment, options, connection, enqueuer, pool, events, catalog],
      useFactory: (...parts: InstanceParts) => makeInstance(name, parts),
    },
    { provide: WorkInstance, useExisting: instanceToken(name) },
    jobProvider,
  ];
}

/** What other modules may inject. */
export function instanceExports(name: string | undefined): InjectionToken[] {
  const own = [
    ...[getEnqueuerToken(name), getClientToken(name)],
    ...[getWorkerPoolToken(name), getWorkEventsToken(name)],
  ];
  // One for all, so that it is no matter of whose it is.
  const shared = [JOB, ...(name === undefined ? [WORK_MODULE_OPTIONS] : [])];
  return [...own, ...shared, instanceToken(name)];
}

type InstanceParts = [
  WorkEnvironment,
  WorkModuleOptions,
  RedisConnection,
  Enqueuer,
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
  const { maxArgsBytes, propagators, logger = new Logger('WorkModule') } = options;
  return new Enqueuer({
    ...{ redis, maxArgsBytes, propagators, logger, knownJobs },
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

function makeInstance(name: string | undefined, parts: InstanceParts): WorkInstance {
  const instance = new WorkInstance(name, ...parts);
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
): WorkerPool {
  const { concurrency, shutdownTimeout, maxDeaths, rescueUnknownJobs } = options;
  const { context: Context, logger = new Logger(WorkerPool.name), outcomes = [] } = options;
  const { propagators, currentJob } = options;
  const Pool = options.role === 'enqueuer' ? IdlePool : WorkerPool;
  return new Pool({
    redis,
    ...around(environment, options),
    concurrency,
    shutdownTimeout,
    maxDeaths,
    rescueUnknownJobs,
    mapError: jobErrors(outcomes),
    propagators,
    currentJob,
    logger,
    announce: false, // The module says more.
    context: Context && ((): unknown => new Context()),
  });
}

function makeEvents({ logger = new Logger(WorkEvents.name) }: WorkModuleOptions, pool: WorkerPool) {
  return new WorkEvents(pool, safeLogger(logger));
}
