import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { PlannedFault, Scene } from '../harness/index.js';
import type { Fleet } from './fleet.js';

/** Where a fault happens. */
export interface Battlefield {
  readonly scene: Scene;
  readonly fleet: Fleet;
}

interface SoakFault {
  /** The most milliseconds that it lasts. */
  readonly lasts: number;
  /** Injects it, waits `lasts` milliseconds, and ends it. */
  readonly inject: (field: Battlefield, lasts: number, pick: number) => Promise<void>;
}

/** The faults of a soak test, by name. */
export const FAULTS = {
  'worker killed': { lasts: 500, inject: killWorker },
  'worker stopped': { lasts: 500, inject: stopWorker },
  'worker suspended': { lasts: 16_000, inject: suspendWorker },
  'worker killed, heartbeat deleted': { lasts: 500, inject: forgetWorker },
  'Redis killed': {
    lasts: 5_000,
    inject: between(
      ({ ownServer }) => ownServer.kill(),
      ({ ownServer }) => ownServer.restart(),
    ),
  },
  'Redis suspended': {
    lasts: 8_000,
    inject: between(
      ({ ownServer }) => ownServer.pause(),
      ({ ownServer }) => ownServer.resume(),
    ),
  },
  'Redis out of memory': {
    lasts: 12_000,
    inject: between(config('maxmemory', '1'), config('maxmemory', '0')),
  },
  'Redis demoted': {
    lasts: 5_000,
    inject: between(
      ({ redis }) => redis.replicaof('127.0.0.1', 1),
      ({ redis }) => redis.replicaof('NO', 'ONE'),
    ),
  },
  'Redis stalls writes': { lasts: 8_000, inject: stallWrites },
  'scripts flushed': { lasts: 100, inject: between(({ redis }) => redis.script('FLUSH')) },
  'black hole': {
    lasts: 8_000,
    inject: between(
      ({ proxy }) => proxy.blackHole(true),
      ({ proxy }) => proxy.blackHole(false),
    ),
  },
  'connections forgotten': { lasts: 100, inject: between(({ proxy }) => proxy.freeze()) },
  'replies lost': {
    lasts: 4_000,
    inject: between(
      ({ proxy }) => proxy.drop('replies'),
      ({ proxy }) => proxy.drop(undefined),
    ),
  },
  'requests lost': {
    lasts: 4_000,
    inject: between(
      ({ proxy }) => proxy.drop('requests'),
      ({ proxy }) => proxy.drop(undefined),
    ),
  },
  'slow network': {
    lasts: 8_000,
    inject: between(
      ({ proxy }) => (proxy.delay = 100),
      ({ proxy }) => (proxy.delay = 0),
    ),
  },
  'connections reset': { lasts: 5_000, inject: resetConnections },
  'queue paused': {
    lasts: 4_000,
    inject: between(
      ({ redis, namespace }) => redis.set(`${namespace}:jobs:work:paused`, '1'),
      ({ redis, namespace }) => redis.del(`${namespace}:jobs:work:paused`),
    ),
  },
} satisfies Readonly<Record<string, SoakFault>>;

export type FaultName = keyof typeof FAULTS;

/** Injects a planned fault, and logs when it begins and ends. */
export async function injectFault(
  field: Battlefield,
  { fault, lasts, pick }: PlannedFault<FaultName>,
): Promise<void> {
  await field.scene.fault(fault, () => FAULTS[fault].inject(field, lasts, pick));
}

function between(
  begin: (scene: Scene) => unknown,
  end: (scene: Scene) => unknown = () => undefined,
): SoakFault['inject'] {
  return async ({ scene }, lasts) => {
    await begin(scene);
    await sleep(lasts);
    await end(scene);
  };
}

function config(name: string, value: string) {
  return ({ redis }: Scene): unknown => redis.config('SET', name, value);
}

async function killWorker({ fleet }: Battlefield, lasts: number, pick: number): Promise<void> {
  const worker = fleet.worker(pick);
  await worker.kill();
  await sleep(lasts);
  await fleet.addWorker(worker);
}

async function stopWorker({ fleet }: Battlefield, lasts: number, pick: number): Promise<void> {
  const worker = fleet.worker(pick);
  worker.terminate();
  await worker.exited();
  await sleep(lasts);
  await fleet.addWorker(worker);
}

async function suspendWorker({ fleet }: Battlefield, lasts: number, pick: number): Promise<void> {
  const worker = fleet.worker(pick);
  worker.pause();
  await sleep(lasts);
  worker.resume();
}

async function forgetWorker(field: Battlefield, lasts: number, pick: number): Promise<void> {
  const { log, redis, namespace } = field.scene;
  const [ready] = log.of('ready', field.fleet.worker(pick).pid);
  await killWorker(field, lasts, pick);
  await redis.del(`${namespace}:worker_pools:${ready?.pool}`);
}

async function stallWrites({ scene }: Battlefield, lasts: number): Promise<void> {
  // The scene's own connection would have to wait, too.
  const redis = new Redis(scene.url);
  await redis.call('CLIENT', 'PAUSE', String(lasts), 'WRITE');
  redis.disconnect();
  await sleep(lasts);
}

async function resetConnections({ scene }: Battlefield, lasts: number): Promise<void> {
  for (let left = lasts; left > 0; left -= 250) {
    scene.proxy.reset();
    await sleep(250);
  }
}
