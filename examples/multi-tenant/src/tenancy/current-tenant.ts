import { AsyncLocalStorage } from 'node:async_hooks';

/** The tenant of the request or the job that runs here. */
export const currentTenant = new AsyncLocalStorage<string>();
