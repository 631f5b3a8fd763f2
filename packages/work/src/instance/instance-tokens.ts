import { Inject } from '@nestjs/common';
import { Client, Enqueuer, RedisConnection, WorkerPool } from '@nestcraft/engine';
import { WorkEvents } from '../events/work-events.js';

/** The class itself is the token of the unnamed instance's part; of a named one it is a text of its own. */
function tokenOf<Part>(part: Part, kind: string, name: string | undefined): Part | string {
  return name === undefined ? part : `nestcraft:${kind}:${name}`;
}

/** What an instance's Enqueuer is provided as. @param name as in `forRoot({ name })`; default: the unnamed instance */
export function getEnqueuerToken(name?: string): typeof Enqueuer | string {
  return tokenOf(Enqueuer, 'enqueuer', name);
}

/** What an instance's Client is provided as. @param name as in `forRoot({ name })`; default: the unnamed instance */
export function getClientToken(name?: string): typeof Client | string {
  return tokenOf(Client, 'client', name);
}

/** What an instance's WorkerPool is provided as. @param name as in `forRoot({ name })`; default: the unnamed instance */
export function getWorkerPoolToken(name?: string): typeof WorkerPool | string {
  return tokenOf(WorkerPool, 'worker_pool', name);
}

/** What an instance's WorkEvents are provided as. @param name as in `forRoot({ name })`; default: the unnamed instance */
export function getWorkEventsToken(name?: string): typeof WorkEvents | string {
  return tokenOf(WorkEvents, 'work_events', name);
}

/** The connection of an instance's Enqueuer and Client; not exported by the module. */
export function connectionToken(name?: string): typeof RedisConnection | string {
  return tokenOf(RedisConnection, 'redis_connection', name);
}

/** The pool that an instance runs, whatever its WorkerPool was overridden by; not exported by the module. */
export function ownPoolToken(name?: string): string {
  return `nestcraft:own_worker_pool:${name ?? ''}`;
}

/** An instance's options, once they have been looked at; not exported by the module. */
export function checkedOptionsToken(name?: string): string {
  return `nestcraft:checked_options:${name ?? ''}`;
}

/** What is known of an instance's jobs; not exported by the module. */
export function catalogToken(name?: string): string {
  return `nestcraft:job_catalog:${name ?? ''}`;
}

/** Where an instance's Redis is; not exported by the module. */
export function redisSourceToken(name?: string): string {
  return `nestcraft:redis_source:${name ?? ''}`;
}

/** The instance's `WorkInstance`. */
export function instanceToken(name?: string): string {
  return `nestcraft:instance:${name ?? ''}`;
}

/**
 * Injects the Enqueuer of a named instance; of the unnamed one, its class is enough.
 *
 * @example
 * ```ts
 * constructor(@InjectEnqueuer('billing') private readonly billing: Enqueuer) {}
 * ```
 */
export function InjectEnqueuer(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEnqueuerToken(name));
}

/** Injects the Client of a named instance; of the unnamed one, its class is enough. */
export function InjectClient(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getClientToken(name));
}

/** Injects the WorkerPool of a named instance; of the unnamed one, its class is enough. */
export function InjectWorkerPool(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getWorkerPoolToken(name));
}

/** Injects the WorkEvents of a named instance; of the unnamed one, its class is enough. */
export function InjectWorkEvents(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getWorkEventsToken(name));
}
