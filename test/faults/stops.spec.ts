// Rows about processes that stop when they are told to.
import { expect, it } from '@jest/globals';
import { seededRandom } from '@nestcraft/engine/testing';
import { eventually } from '../support/eventually.js';
import {
  duplicates,
  faultSeed,
  noteFigure,
  Scene,
  strained,
  type ActorProcess,
} from './harness/index.js';

/** A process starts no job once it was told to stop. */
function startedAfterTheSignal(scene: Scene, { pid }: ActorProcess): number {
  const [stopping] = scene.log.of('stopping', pid);
  return scene.log.of('start', pid).filter(({ t }) => stopping && t > stopping.t).length;
}

it.concurrent(
  'F5 SIGTERM at random times: nothing is lost, and nothing runs twice',
  async () => {
    const random = seededRandom(faultSeed('F5'));
    await using scene = await Scene.start();
    const producer = scene.producer({ rate: 60, seed: 1, kinds: ['plain', 'many', 'limited'] });
    const jobs = { work: {}, limited: { maxConcurrency: 3 } };
    for (let round = 0; round < 6; round++) {
      const worker = await scene.readyWorker({ jobs });
      await new Promise((resolve) => setTimeout(resolve, random() * 300));
      worker.terminate();
      await worker.exited();
      expect(scene.log.of('stop', worker.pid)).toHaveLength(1);
      expect(startedAfterTheSignal(scene, worker)).toBe(0);
    }
    producer.terminate();
    await producer.exited();
    await scene.readyWorker({ jobs });
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
    const twice = duplicates(await scene.evidence());
    noteFigure({ row: 'F5', what: 'runs too many', value: twice.length, unit: '', bar: 0 });
    expect(twice).toEqual([]);
  },
  120_000,
);

it.concurrent(
  'F34 rolling deploy: nothing is lost, and nothing runs twice',
  async () => {
    await using scene = await Scene.start();
    const fleet = [await scene.readyWorker(), await scene.readyWorker()];
    const producer = scene.producer({ rate: 30, seed: 2, kinds: ['many', 'slow', 'scheduled'] });
    await producer.logged('ok');
    for (let deploy = 0; deploy < 4; deploy++) {
      fleet.push(await scene.readyWorker());
      const old = fleet.shift();
      old?.terminate();
      await old?.exited();
    }
    producer.terminate();
    await producer.exited();
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
    const twice = duplicates(await scene.evidence());
    noteFigure({ row: 'F34', what: 'runs too many', value: twice.length, unit: '', bar: 0 });
    expect(twice).toEqual([]);
  },
  120_000,
);

it.concurrent(
  'F30 thundering herd: after an outage, no process makes more connections than it has',
  async () => {
    await using scene = await Scene.start();
    const plan = { options: { announce: false } };
    const workers = Array.from({ length: 5 }, () => scene.worker(plan));
    for (const worker of workers) await worker.logged('ready');
    const before = (await scene.state()).clients;
    await scene.ownServer.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await scene.ownServer.restart();
    await eventually(async () => {
      const pools = await scene.redis.scard(`${scene.namespace}:worker_pools`);
      expect(pools).toBe(workers.length);
      expect((await scene.state()).clients).toBeGreaterThanOrEqual(before);
    });
    // Redis counts from its restart. Attempts while it was down never reached it.
    const [, received] = /total_connections_received:(\d+)/.exec(await scene.redis.info()) ?? [];
    const each = Number(received) / workers.length;
    noteFigure({ row: 'F30', what: 'connections of a process', value: each, unit: '', bar: 6 });
    // It has three: for its jobs, for being woken, and for its heartbeat. The harness has some, too.
    expect(each).toBeLessThanOrEqual(6);
    await scene.probe();
    await scene.quiet();
    expect(await scene.breaches()).toEqual([]);
  },
  120_000,
);

// Alone, at the end: it measures a time.
it('F5 SIGTERM in a job that does not end: it is put back, in time', async () => {
  await using scene = await Scene.start();
  const worker = await scene.readyWorker({ options: { shutdownTimeout: 500 } });
  const ref = await scene.enqueue('work', { ms: 2_500, deaf: true });
  await worker.logged('start', ref);
  await scene.fault('SIGTERM', async () => {
    worker.terminate();
    await worker.logged('stop');
  });
  const [stopping, stop] = [await worker.logged('stopping'), await worker.logged('stop')];
  const seconds = (stop.t - stopping.t) / 1_000;
  noteFigure({ row: 'F5', what: 'stopped after', value: seconds, unit: 's', bar: 1.5 });
  // Its timeout, half a second for the signal, and a round trip.
  expect(seconds).toBeLessThan(strained(1.5));
  expect((await scene.state()).jobs).toMatchObject([{ ref, place: 'waiting' }]);
  await worker.kill();
  await scene.readyWorker();
  await scene.quiet();
  expect(await scene.breaches()).toEqual([]);
}, 120_000);
