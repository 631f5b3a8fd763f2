import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Example, type ExampleProcess } from './example.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

describe('the example periodic', () => {
  const example = new Example('periodic');
  const { redis, keys } = example.space;

  beforeAll(() => example.transpile());
  afterAll(() => example.close());

  /** Makes Redis look as if the last worker had stopped that many milliseconds ago. */
  async function leaveAlone(duration: number): Promise<void> {
    const then = String(Math.floor((Date.now() - duration) / SECOND));
    const schedules = await redis.hkeys(keys.scheduleVersions);
    expect(schedules).toHaveLength(4);
    for (const schedule of schedules) {
      await redis.hset(keys.lastFirings, schedule, then);
      await redis.hset(keys.movedFirings, schedule, then);
    }
    await redis.set(keys.lastPeriodicEnqueue, then);
    await redis.del(keys.scheduled);
  }

  it('follows time zones, and leaves out firings that overlap', async () => {
    const app = example.start();
    await app.prints(/Europe\/Berlin opens at \S+T0[78]:00:00/);
    await app.prints(/America\/New_York opens at \S+T1[34]:00:00/);
    await app.prints(/(?:Rates of [^]*){2}/);
    expect(await app.stop()).toBe('SIGTERM');
    const [first = NaN, second = NaN] = timesOf(app, 'Rates of');
    expect(second - first).toBeGreaterThan(SECOND);
  });

  it('runs the last missed firing where it is asked to, and no other', async () => {
    await leaveAlone(7 * DAY);
    const start = Date.now();
    const app = example.start();
    await app.prints(/Rates of/);
    await app.prints(/Backup of/);
    expect(await app.stop()).toBe('SIGTERM');
    const missed = [...timesOf(app, 'Backup of'), ...timesOf(app, 'Rates of')];
    expect(missed.filter((due) => due < start - MINUTE)).toEqual([]);
  });
});

/** The times of its log lines that begin so. */
function timesOf({ output }: ExampleProcess, words: string): number[] {
  return [...output.matchAll(new RegExp(`${words} (\\S+)`, 'g'))].map(([, due = '']) =>
    Date.parse(due),
  );
}
