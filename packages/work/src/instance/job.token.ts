import { Scope, type FactoryProvider } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';

/**
 * The job for which a request-scoped provider was made: `@Inject(JOB) job: Job`. In a durable provider it is what the
 * strategy of the application answers, as with Nest's REQUEST.
 */
export const JOB = Symbol.for('nestcraft:job');

export const jobProvider: FactoryProvider = {
  provide: JOB,
  scope: Scope.REQUEST,
  inject: [REQUEST],
  useFactory: (request: unknown) => request,
};
