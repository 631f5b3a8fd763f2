import { randomUUID } from 'node:crypto';
import { LocalCluster, type LocalRedis } from '@nestcraft/local-redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { adminOf, Slot } from '../support/slot.js';
import {
  duplicates,
  noteFigure,
  resumedAfter,
  Scene,
  strained,
  underLoad,
  type LoadOutcome,
} from './harness/index.js';

// What an untagged namespace is told is in packages/engine/src/redis/cluster.spec.ts.

const KINDS = ['plain', 'many', 'limited', 'keyed', 'claimed', 'unique', 'failing', 'cancelled'];
// From the failover to the first job that was enqueued and run after it.
const RESUMED = 3_000;
// How far a replica may be behind.
const UNREPLICATED = 1_000;

let local: LocalCluster;
let scene: Scene;

beforeAll(async () => {
  // Otherwise a busy machine could make replicas take over while a slot moves.
  const settings = { 'cluster-node-timeout': '15000', 'cluster-replica-no-failover': 'yes' };
  local = await LocalCluster.start({ replicas: 1, settings });
}, 60_000);

afterAll(() => local.stop());

beforeEach(async () => {
  scene = await Scene.at({ nodes: local.addresses }, `{faults-${randomUUID()}}`);
});

afterEach(() => scene[Symbol.asyncDispose]());

async function load(fault: string, act: () => Promise<void>): Promise<LoadOutcome> {
  return underLoad(scene, [{ kinds: KINDS, rate: 40 }], () => scene.fault(fault, act));
}

async function withSlot<Result>(act: (slot: Slot) => Result | Promise<Result>): Promise<Result> {
  const slot = await Slot.of(scene.namespace, local.nodes);
  try {
    return await act(slot);
  } finally {
    slot.close();
  }
}

/** The node that holds the namespace. */
function ownerNow(): Promise<LocalRedis> {
  return withSlot(({ port }) => {
    const owner = local.nodes.find((node) => node.port === port);
    if (!owner) throw new Error(`No node has port ${port}`);
    return owner;
  });
}

/** Lets replicas take over, soon after their masters are gone. */
async function allowFailover(): Promise<void> {
  const admins = local.nodes.map(({ url }) => adminOf(url));
  for (const admin of admins) {
    await admin.config('SET', 'cluster-node-timeout', '2000');
    await admin.config('SET', 'cluster-replica-no-failover', 'no');
    admin.disconnect();
  }
}

/** A move delays jobs, and does nothing else to them. */
function expectNothingAmiss(outcome: LoadOutcome): void {
  expect(outcome.broken).toEqual([]);
  expect(outcome.lost.flat()).toEqual([]);
  expect(duplicates(outcome)).toEqual([]);
  const amiss = outcome.events.filter(({ ev }) => ev === 'rejected' || ev === 'unknown');
  expect(amiss).toEqual([]);
}

function note(what: string, value: number, unit: string, bar?: number): void {
  process.stderr.write(`F21 ${what}: ${value} ${unit}\n`);
  noteFigure({ row: 'F21', what, value, unit, bar });
}

/** The longest time in which no job began. */
function longestGap({ events }: LoadOutcome, from: number, to: number): number {
  const starts = events.filter(({ ev, t }) => ev === 'start' && from <= t && t <= to);
  const times = [from, ...starts.map(({ t }) => t), to];
  return Math.max(...times.slice(1).map((t, index) => t - (times[index] ?? t)));
}

describe('F21 Cluster', () => {
  it('the slot moves to another master, key by key', async () => {
    let [from, to] = [0, 0];
    const outcome = await load('slot moves', () =>
      withSlot(async (slot) => {
        const [target] = slot.others;
        if (!target) throw new Error('There is no other master');
        from = Date.now();
        await slot.moveTo(target, { wait: 200, batch: 1 });
        to = Date.now();
      }),
    );
    note('slot moves: it takes', (to - from) / 1_000, 's');
    note('slot moves: no job began for', longestGap(outcome, from, to + RESUMED) / 1_000, 's');
    expectNothingAmiss(outcome);
  }, 120_000);

  it('a node is added, and the slot moves there', async () => {
    const outcome = await load('node is added', async () => {
      const { url } = await local.addNode();
      const admin = adminOf(url);
      await withSlot((slot) => slot.moveTo(admin, { batch: 1 }));
      admin.disconnect();
    });
    expectNothingAmiss(outcome);
    expect((await ownerNow()).port).toBe(local.nodes.at(-1)?.port);
  }, 120_000);

  it('the owner is killed, its replica takes over, and it comes back as a replica', async () => {
    await allowFailover();
    // The node that was added has no replica.
    await withSlot(async (slot) => {
      const [first] = local.nodes;
      const target = slot.others.find(({ options }) => options.port === first?.port);
      if (target) await slot.moveTo(target);
    });
    const former = await ownerNow();
    let [killed, failedOver] = [0, 0];
    const outcome = await load('killed owner', async () => {
      killed = Date.now();
      await former.kill();
      const heir = await eventually(() => ownerNow(), 40_000);
      failedOver = Date.now();
      expect(heir).not.toBe(former);
      await former.restart();
    });
    const resumed = resumedAfter(outcome.events, failedOver);
    const lost = outcome.lost.flat();
    note('killed owner: its replica took over after', (failedOver - killed) / 1_000, 's');
    note('killed owner: resumed after', resumed / 1_000, 's', RESUMED / 1_000);
    note('killed owner: lost', lost.length, 'jobs');
    expect(outcome.broken).toEqual([]);
    // Only what its replica did not have yet.
    expect(lost.filter(({ t }) => t < killed - UNREPLICATED)).toEqual([]);
    expect(resumed).toBeLessThan(strained(RESUMED));
  }, 120_000);
});
