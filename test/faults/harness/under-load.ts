import type { ActorProcess } from './actor-process.js';
import type { LoggedEvent } from './event-log.js';
import { breaches, nothingLost, type Breach, type Evidence } from './invariants.js';
import { KIND_JOBS } from './job-kinds.mjs';
import type { ProducerPlan, Scene, WorkerPlan } from './scene.js';

const WORKERS = 2;
// Each producer has enqueued a good deal by then, and the workers have all kinds of jobs in hand.
const WARM_UP = 40;
const PATIENCE = 90_000;

/** What came of the jobs of a load. */
export interface LoadOutcome extends Evidence {
  /** The acknowledged jobs that are nowhere, of each producer. */
  readonly lost: readonly (readonly LoggedEvent[])[];
  /** What else is broken. */
  readonly broken: readonly Breach[];
}

/**
 * Lets producers and two workers do all kinds of work while `act` injects faults, and judges when everything has come to
 * rest.
 */
export async function underLoad(
  scene: Scene,
  producers: readonly Omit<ProducerPlan, 'seed'>[],
  act: () => Promise<void>,
  worker: WorkerPlan = {},
): Promise<LoadOutcome> {
  const plan = { jobs: KIND_JOBS, ...worker };
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => scene.readyWorker(plan)));
  const running = producers.map((producer, seed) => scene.producer({ ...producer, seed }));
  for (const { pid } of running) await scene.counted('ok', WARM_UP, pid);
  await scene.counted('end', WARM_UP);
  await act();
  await allWork(scene, workers);
  for (const producer of running) producer.terminate();
  await Promise.all(running.map((producer) => producer.exited()));
  await scene.quiet(PATIENCE);
  const evidence = await scene.evidence();
  const found = breaches(evidence);
  return {
    ...evidence,
    lost: running.map(({ pid }) => lostOf(pid, evidence)),
    broken: found.filter(({ what }) => what !== 'lost'),
  };
}

/** I9: waits until each of the workers has run a job from now on. */
async function allWork(scene: Scene, workers: readonly ActorProcess[]): Promise<void> {
  for (const { pid } of workers) {
    const { length } = scene.log.of('end', pid);
    await scene.counted('end', length + 1, pid);
  }
}

/** The acknowledgements of a producer whose jobs are lost. */
function lostOf(pid: number, evidence: Evidence): readonly LoggedEvent[] {
  const lost = new Set(
    nothingLost(evidence).flatMap(({ what, ids }) => (what === 'lost' ? ids : [])),
  );
  return evidence.events.filter(
    ({ ev, ref = '', pid: producer }) => ev === 'ok' && producer === pid && lost.has(ref),
  );
}

/** I6: the milliseconds from `since` to the first end of a job that was enqueued after it. */
export function resumedAfter(events: readonly LoggedEvent[], since: number): number {
  const accepted = new Set(
    events.filter(({ ev, t }) => ev === 'ok' && t >= since).map(({ ref }) => ref),
  );
  const done = events.find(({ ev, ref, t }) => ev === 'end' && t >= since && accepted.has(ref));
  return (done?.t ?? Infinity) - since;
}
