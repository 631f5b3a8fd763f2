import type { Propagator } from '@nestcraft/work';
import { currentTenant } from './current-tenant.js';

/** Carries the tenant from the request that enqueues a job to the run of the job, in whatever process. */
export const tenantPropagator: Propagator = {
  name: 'tenant',
  capture: () => currentTenant.getStore(),
  restore: (tenant, run) => (tenant === undefined ? run() : currentTenant.run(tenant, run)),
};
