import { Scope, type FactoryProvider } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';

/**
 * The token of the job for which a request-scoped provider was created: `@Inject(JOB) job: Job`. In a durable provider
 * it resolves to the value that the application's strategy returns, like Nest's REQUEST.
 */
export const JOB = Symbol.for('nestcraft:job');

export const jobProvider: FactoryProvider = {
  provide: JOB,
  scope: Scope.REQUEST,
  inject: [REQUEST],
  useFactory: (request: unknown) => request,
};
