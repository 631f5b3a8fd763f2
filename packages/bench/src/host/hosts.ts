import type { NestExtra } from '../drivers/nest.js';
import { DriverHost } from './driver-host.js';
import type { Host } from './host.js';

const nest =
  (extra: NestExtra): (() => Promise<Host>) =>
  async () =>
    new DriverHost(new (await import('../drivers/nest.js')).NestDriver(extra));

/** What runs in a Node process of a competitor. Each loads its own library and no other. */
export const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  nestcraft: async () =>
    new DriverHost(new (await import('../drivers/nestcraft.js')).NestcraftDriver()),
  nest: nest('plain'),
  'nest-current-job': nest('current job'),
  'nest-guard': nest('guard'),
  'nest-interceptor': nest('interceptor'),
  'nest-request': nest('request'),
  bound: async () => new (await import('../bound/bound-host.js')).BoundHost(),
  bullmq: async () => new DriverHost(new (await import('../drivers/bullmq.js')).BullMqDriver()),
  'bee-queue': async () =>
    new DriverHost(new (await import('../drivers/bee-queue.js')).BeeQueueDriver()),
  groupmq: async () => new DriverHost(new (await import('../drivers/groupmq.js')).GroupMqDriver()),
};
