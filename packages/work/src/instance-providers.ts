import { Logger, type InjectionToken, type Provider } from '@nestjs/common';
import {
  Client,
  DEFAULT_NAMESPACE,
  Enqueuer,
  RedisConnection,
  WorkerPool,
  type RedisSource,
} from '@nestcraft/engine';
import {
  connectionToken,
  getClientToken,
  getEnqueuerToken,
  getWorkerPoolToken,
  getWorkEventsToken,
  instanceToken,
  redisSourceToken,
} from './instance-tokens.js';
import { jobErrors } from './job-outcome.js';
import { JOB, jobProvider } from './job.token.js';
import { openSource } from './redis-option.js';
import { WorkEvents } from './work-events.js';
import { WorkInstance } from './work-instance.js';
import { WORK_MODULE_OPTIONS, type WorkModuleOptions } from './work-module-options.js';

/** What an instance of the module consists of: a part a line, made of the parts that it needs. */
export function instanceProviders(name: string | undefined): Provider[] {
  const options = WORK_MODULE_OPTIONS;
  const source = redisSourceToken(name);
  const connection = connectionToken(name);
  const enqueuer = getEnqueuerToken(name);
  const client = getClientToken(name);
  const pool = getWorkerPoolToken(name);
  const events = getWorkEventsToken(name);
  return [
    { provide: source, inject: [options], useFactory: openSource },
    { provide: connection, inject: [options, source], useFactory: makeConnection },
    { provide: enqueuer, inject: [options, connection], useFactory: makeEnqueuer },
    { provide: client, inject: [options, connection], useFactory: makeClient },
    { provide: pool, inject: [options, source], useFactory: makePool },
    { provide: events, inject: [options, pool], useFactory: makeEvents },
    {
      provide: instanceToken(name),
      inject: [options, connection, enqueuer, pool, events],
      useFactory: (...parts: InstanceParts) => new WorkInstance(name, ...parts),
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

type InstanceParts = [WorkModuleOptions, RedisConnection, Enqueuer, WorkerPool, WorkEvents];

function makeConnection(
  { namespace = DEFAULT_NAMESPACE }: WorkModuleOptions,
  redis: RedisSource,
): RedisConnection {
  return new RedisConnection(redis, { name: 'enqueuer', namespace, unref: true });
}

function makeEnqueuer(options: WorkModuleOptions, redis: RedisConnection): Enqueuer {
  const { namespace, maxArgsBytes, propagators } = options;
  return new Enqueuer({ redis, namespace, maxArgsBytes, propagators });
}

function makeClient({ namespace }: WorkModuleOptions, redis: RedisConnection): Client {
  return new Client({ redis, namespace });
}

function makePool(options: WorkModuleOptions, redis: RedisSource): WorkerPool {
  const { namespace, concurrency, shutdownTimeout, maxDeaths, rescueUnknownJobs } = options;
  const { context: Context, logger = new Logger(WorkerPool.name), outcomes = [] } = options;
  const { propagators } = options;
  return new WorkerPool({
    redis,
    namespace,
    concurrency,
    shutdownTimeout,
    maxDeaths,
    rescueUnknownJobs,
    mapError: jobErrors(outcomes),
    propagators,
    logger,
    context: Context && ((): unknown => new Context()),
  });
}

function makeEvents({ logger = new Logger(WorkEvents.name) }: WorkModuleOptions, pool: WorkerPool) {
  return new WorkEvents(pool, logger);
}
