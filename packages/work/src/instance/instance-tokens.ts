import { Inject } from '@nestjs/common';
import { Client, Enqueuer, RedisConnection, WorkerPool } from '@nestcraft/engine';
import { WorkEvents } from '../events/work-events.js';

/** Returns the class itself as the token of the unnamed instance's part, or a string for a named instance. */
function tokenOf<Part>(part: Part, kind: string, name: string | undefined): Part | string {
  return name === undefined ? part : `nestcraft:${kind}:${name}`;
}

/**
 * Returns the injection token of an instance's Enqueuer.
 *
 * @param name as in `forRoot({ name })`; default: the unnamed instance
 */
export function getEnqueuerToken(name?: string): typeof Enqueuer | string {
  return tokenOf(Enqueuer, 'enqueuer', name);
}

/**
 * Returns the injection token of an instance's Client.
 *
 * @param name as in `forRoot({ name })`; default: the unnamed instance
 */
export function getClientToken(name?: string): typeof Client | string {
  return tokenOf(Client, 'client', name);
}

/**
 * Returns the injection token of an instance's WorkerPool.
 *
 * @param name as in `forRoot({ name })`; default: the unnamed instance
 */
export function getWorkerPoolToken(name?: string): typeof WorkerPool | string {
  return tokenOf(WorkerPool, 'worker_pool', name);
}

/**
 * Returns the injection token of an instance's WorkEvents.
 *
 * @param name as in `forRoot({ name })`; default: the unnamed instance
 */
export function getWorkEventsToken(name?: string): typeof WorkEvents | string {
  return tokenOf(WorkEvents, 'work_events', name);
}

/** Returns the token of the connection that an instance's Enqueuer and Client share; not exported by the module. */
export function connectionToken(name?: string): typeof RedisConnection | string {
  return tokenOf(RedisConnection, 'redis_connection', name);
}

/**
 * Returns the token of the pool that an instance runs, even if its WorkerPool was overridden; not exported by the
 * module.
 */
export function ownPoolToken(name?: string): string {
  return `nestcraft:own_worker_pool:${name ?? ''}`;
}

/** Returns the token of an instance's validated options; not exported by the module. */
export function checkedOptionsToken(name?: string): string {
  return `nestcraft:checked_options:${name ?? ''}`;
}

/** Returns the token of an instance's job catalog; not exported by the module. */
export function catalogToken(name?: string): string {
  return `nestcraft:job_catalog:${name ?? ''}`;
}

/** Returns the token of an instance's Redis source; not exported by the module. */
export function redisSourceToken(name?: string): string {
  return `nestcraft:redis_source:${name ?? ''}`;
}

/** Returns the token of an instance's `WorkInstance`. */
export function instanceToken(name?: string): string {
  return `nestcraft:instance:${name ?? ''}`;
}

/**
 * Injects the Enqueuer of a named instance. The unnamed instance's is injected by its class.
 *
 * @example
 * ```ts
 * constructor(@InjectEnqueuer('billing') private readonly billing: Enqueuer) {}
 * ```
 */
export function InjectEnqueuer(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEnqueuerToken(name));
}

/** Injects the Client of a named instance. The unnamed instance's is injected by its class. */
export function InjectClient(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getClientToken(name));
}

/** Injects the WorkerPool of a named instance. The unnamed instance's is injected by its class. */
export function InjectWorkerPool(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getWorkerPoolToken(name));
}

/** Injects the WorkEvents of a named instance. The unnamed instance's is injected by its class. */
export function InjectWorkEvents(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getWorkEventsToken(name));
}
