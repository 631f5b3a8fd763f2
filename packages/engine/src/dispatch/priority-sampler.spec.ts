import { describe, expect, it } from '@jest/globals';
import { PrioritySampler } from './priority-sampler.js';
import { seededRandom } from '../testing/seeded-random.js';

function types(...priorities: number[]): { name: string; priority: number }[] {
  return priorities.map((priority, index) => ({ name: `job${index}`, priority }));
}

describe('PrioritySampler', () => {
  it.each([1, 3, 10, 100])(
    'offers each name its share by weight, within a tenth, for fetches of %i',
    (wanted) => {
      const sampler = new PrioritySampler(types(1, 2, 7), seededRandom(1));
      const offered = new Map<string, number>();
      const rounds = 20_000 / wanted;
      for (let round = 0; round < rounds; round++) {
        const { jobNames, shares } = sampler.sample(wanted);
        jobNames.forEach((name, i) =>
          offered.set(name, (offered.get(name) ?? 0) + (shares[i] ?? 0)),
        );
      }
      const total = rounds * wanted;
      for (const [index, weight] of [1, 2, 7].entries()) {
        const share = (offered.get(`job${index}`) ?? 0) / total;
        expect(Math.abs(share - weight / 10)).toBeLessThan(weight / 100);
      }
    },
  );

  it('looks at heavier names first more often, as gocraft/work does', () => {
    const sampler = new PrioritySampler(types(1, 2, 7), seededRandom(2));
    const first = new Map<string, number>();
    for (let round = 0; round < 20_000; round++) {
      const [name = ''] = sampler.sample(1).jobNames;
      first.set(name, (first.get(name) ?? 0) + 1);
    }
    expect((first.get('job0') ?? 0) / 20_000).toBeCloseTo(0.1, 1);
    expect((first.get('job1') ?? 0) / 20_000).toBeCloseTo(0.2, 1);
    expect((first.get('job2') ?? 0) / 20_000).toBeCloseTo(0.7, 1);
  });

  it('names every job once and offers as many jobs as are wanted', () => {
    const sampler = new PrioritySampler(types(...Array<number>(1_000).fill(3)), seededRandom(3));
    const { jobNames, shares } = sampler.sample(37);
    expect(new Set(jobNames).size).toBe(1_000);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(37);
  });
});
