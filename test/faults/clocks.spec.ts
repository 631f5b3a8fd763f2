// Rows about clocks that are wrong, and about schedules whose processes die. Redis's clock decides.
import { expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { duplicates, noteFigure, Scene, type LoggedEvent } from './harness/index.js';

const EVERY_SECOND = [['* * * * * *', 'tick']] as const;
const JOBS = { work: {}, tick: {} };

/** The seconds for which firings have run, in order. */
function firedAt(events: readonly LoggedEvent[]): readonly number[] {
  const ids = events.filter(({ name }) => name === 'tick').map(({ id = '' }) => id);
  return ids.map((id) => Number(id.slice(id.lastIndexOf(':') + 1))).sort((a, b) => a - b);
}

/** The seconds between the first and the last firing that have none, and those that have several. */
function irregular(seconds: readonly number[]): { missed: number; doubled: number } {
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  const different = new Set(seconds).size;
  return { missed: last - first + 1 - different, doubled: seconds.length - different };
}

it.concurrent(
  'F22 clocks 15 s and an hour wrong: nobody is taken for dead, no job is early or late, no firing runs twice',
  async () => {
    await using scene = await Scene.start();
    const skews = [0, 15_000, -15_000, 3_600_000, -3_600_000];
    const options = { timing: { reap: 500 } };
    const plans = skews.map((skew) => ({ skew, options, jobs: JOBS, schedules: EVERY_SECOND }));
    const workers = plans.map((plan) => scene.worker(plan));
    for (const worker of workers) await worker.logged('ready');
    const refs: string[] = [];
    for (let i = 0; i < 5; i++) refs.push(await scene.enqueue('work', {}, { in: '2s' }));
    // A reaper judges nobody in its first ten seconds.
    await eventually(() => expect(firedAt(scene.log.of('start')).length).toBeGreaterThan(13));
    const { events } = await scene.evidence();
    const delays = refs.map((ref) => {
      const at = (ev: string): number =>
        events.find((one) => one.ref === ref && one.ev === ev)?.t ?? 0;
      return (at('start') - at('ok')) / 1_000;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2);
    const late = Math.max(...delays) - 2;
    noteFigure({ row: 'F22', what: 'scheduled jobs late by', value: late, unit: 's', bar: 2 });
    const ticks = irregular(firedAt(scene.log.of('start')));
    noteFigure({
      row: 'F22',
      what: 'firings missed or doubled',
      value: ticks.missed + ticks.doubled,
      unit: '',
      bar: 0,
    });
    expect(ticks).toEqual({ missed: 0, doubled: 0 });
    expect(scene.log.of('lost')).toEqual([]);
    expect(await scene.redis.scard(`${scene.namespace}:worker_pools`)).toBe(skews.length);
    expect(duplicates({ events })).toEqual([]);
  },
  120_000,
);

it.concurrent(
  'F31 processes of a schedule die one after another: each firing runs once, and none is missed',
  async () => {
    await using scene = await Scene.start();
    const plan = { jobs: JOBS, schedules: EVERY_SECOND };
    let leader = await scene.readyWorker(plan);
    for (let death = 0; death < 4; death++) {
      const heir = await scene.readyWorker(plan);
      const fired = scene.log.of('end').length;
      await eventually(() => expect(scene.log.of('end').length).toBeGreaterThan(fired));
      await scene.fault('kill -9', () => leader.kill());
      leader = heir;
    }
    const fired = scene.log.of('end').length;
    await eventually(() => expect(scene.log.of('end').length).toBeGreaterThan(fired + 1));
    const ticks = irregular(firedAt(scene.log.of('start')));
    noteFigure({
      row: 'F31',
      what: 'firings missed or doubled',
      value: ticks.missed + ticks.doubled,
      unit: '',
      bar: 0,
    });
    expect(ticks).toEqual({ missed: 0, doubled: 0 });
  },
  120_000,
);
