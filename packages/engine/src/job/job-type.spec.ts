import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors/errors.js';
import { jobType } from './job-type.js';

describe('jobType', () => {
  it("has gocraft/work's defaults", () => {
    const type = jobType('n', {}, () => undefined);
    expect(type).toMatchObject({ priority: 1, maxFails: 4, skipDead: false });
    expect(type.maxConcurrency).toBeUndefined();
  });

  it.each([
    ['priority', 0],
    ['priority', 100_001],
    ['priority', 1.5],
    ['maxFails', 0],
    ['maxFails', NaN],
    ['maxConcurrency', -1],
    ['timeout', 0],
    ['timeout', 2 ** 31],
    ['backoff', 7],
  ])('refuses %s %p', (option, value) => {
    expect(() => jobType('n', { [option]: value }, () => undefined)).toThrow(
      expect.objectContaining({ constructor: InvalidOptionError, option, value }),
    );
  });
});
