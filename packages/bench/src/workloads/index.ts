import { asyncHandlers } from './async-handlers.js';
import { deepQueue } from './deep-queue.js';
import { drain } from './drain.js';
import { enqueue } from './enqueue.js';
import { idlePickup } from './idle-pickup.js';
import { idleTraffic } from './idle-traffic.js';
import { longArguments } from './long-arguments.js';
import { manyNames } from './many-names.js';
import { nestCost } from './nest-cost.js';
import { requeue } from './requeue.js';
import { resources } from './resources.js';
import { retries } from './retries.js';
import { steadyFlow } from './steady-flow.js';
import type { Workload } from './workload.js';

export const WORKLOADS: readonly Workload[] = [
  drain,
  enqueue,
  steadyFlow,
  idlePickup,
  asyncHandlers,
  retries,
  deepQueue,
  longArguments,
  manyNames,
  idleTraffic,
  resources,
  requeue,
  nestCost,
];
