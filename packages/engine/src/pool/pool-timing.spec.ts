import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors/errors.js';
import { assertTiming, type PoolTiming } from './pool-timing.js';
import { WorkerPool } from './worker-pool.js';

describe('assertTiming', () => {
  it.each([
    ...[NaN, Infinity, -Infinity, -1, 0, 0.5, 2 ** 31, 2 ** 53],
    ...['5000', '1 s', null, {}, [], true, 5n],
  ])('refuses %p as a time', (value) => {
    for (const name of ['heartbeat', 'audit', 'safetyPoll', 'commandTimeout']) {
      const timing = { [name]: value } as PoolTiming;
      expect(() => assertTiming(timing)).toThrow(InvalidOptionError);
      expect(() => assertTiming(timing)).toThrow(`Option "timing.${name}" is`);
    }
  });

  it('refuses values that are not objects, and unknown names', () => {
    expect(() => assertTiming(null as never)).toThrow(InvalidOptionError);
    expect(() => assertTiming(5 as never)).toThrow(InvalidOptionError);
    expect(() => assertTiming({ haertbeat: 5 } as PoolTiming)).toThrow(
      /timing.haertbeat.*heartbeat/,
    );
  });

  it('accepts durations that a timer can wait, and undefined', () => {
    assertTiming({
      heartbeat: 1,
      audit: 2 ** 31 - 1,
      reap: 2.5,
      observe: '1.5s',
      metrics: undefined,
    });
  });

  it('is asked by a worker pool', () => {
    for (const audit of [NaN, Infinity, -1, 2 ** 31]) {
      const options = { redis: 'redis://127.0.0.1:1', timing: { audit } };
      expect(() => new WorkerPool(options)).toThrow(InvalidOptionError);
    }
  });
});
