import { describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.js';
import type { FinishedJob } from './finished-job.js';
import { Keys } from './redis/keys.js';
import { Scripts } from './redis/scripts.js';
import { Settler } from './settler.js';

const MEBIBYTE = 1024 * 1024;

function aSettler(jobs: number, size: number): Settler {
  const settler = new Settler({
    poolId: 'pool',
    scripts: new Scripts(new Keys('test'), systemClock),
    onSettled: () => undefined,
  });
  const raw = 'x'.repeat(size);
  const fate = { kind: 'done' } as const;
  const job = { jobName: 'a', raw, move: { to: 'nowhere' }, fate } as const;
  for (let i = 0; i < jobs; i++) settler.add(job as unknown as FinishedJob);
  return settler;
}

describe('a settler', () => {
  it.each([
    ['five hundred jobs', 1_500, 100, 1_000],
    ['some mebibytes of them', 40, MEBIBYTE, 23],
    ['one, however large', 2, 20 * MEBIBYTE, 1],
  ])('settles at most %s with one script', (_what, jobs, size, left) => {
    const settler = aSettler(jobs, size);
    expect(settler.requests()).toHaveLength(1);
    expect(settler.unsettled).toHaveLength(left);
  });
});
