import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WakeBudget } from './wake-budget.js';
import { performance } from '../base/timers.js';

let uptime: { mockReturnValue(value: number): unknown };

beforeEach(() => {
  uptime = jest.spyOn(performance, 'now').mockReturnValue(0);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** How many fruitless looks fit into so many milliseconds, when one is woken without end. */
function looks(budget: WakeBudget, milliseconds: number): number {
  let [count, now] = [0, 0];
  while (now <= milliseconds) {
    uptime.mockReturnValue(now);
    if (budget.wait === 0) {
      budget.foundNothing();
      count++;
    } else {
      now += Math.max(0.5, budget.wait);
    }
  }
  return count;
}

describe('WakeBudget', () => {
  it('lets a few fruitless looks go at once, and then so many a second', () => {
    const count = looks(new WakeBudget({ burst: 20, perSecond: 10 }), 10_000);
    expect(count).toBeGreaterThanOrEqual(119);
    expect(count).toBeLessThanOrEqual(121);
  });

  it('says how long to wait', () => {
    const budget = new WakeBudget({ burst: 1, perSecond: 4 });
    expect(budget.wait).toBe(0);
    budget.foundNothing();
    expect(budget.wait).toBe(250);
    uptime.mockReturnValue(100);
    expect(budget.wait).toBeCloseTo(150);
  });

  it('is full again when something was found', () => {
    const budget = new WakeBudget({ burst: 3, perSecond: 1 });
    for (let i = 0; i < 3; i++) budget.foundNothing();
    budget.found();
    for (let i = 0; i < 2; i++) budget.foundNothing();
    expect(budget.wait).toBe(0);
  });
});
