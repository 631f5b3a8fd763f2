import { describe, expect, it } from '@jest/globals';
import { defaultBackoff } from './backoff.js';
import {
  DiscardJobError,
  DropJobError,
  InvalidOptionError,
  RetryJobError,
  SnoozeJobError,
} from './errors.js';
import { backtraceText } from './error-text.js';
import { fate, type Outcome } from './fate.js';
import type { Job } from './job.js';
import { parseEntry } from './job-entry.js';
import { jobType, type JobOptions } from './job-type.js';

function decide(outcome: Outcome, { fails = 0, ...options }: JobOptions & { fails?: number } = {}) {
  const entry = parseEntry(JSON.stringify({ name: 'n', id: 'i', fails }));
  const type = jobType('n', options, () => undefined);
  return fate(entry, type, outcome, { now: 1000, random: () => 0.5 });
}

const threw = (error: unknown): Outcome => ({ kind: 'threw', error });
const error = new Error('boom');
const boom = threw(error);

describe('fate', () => {
  it('is done when the handler returned', () => {
    expect(decide({ kind: 'returned' })).toEqual({ kind: 'done' });
  });

  it('is a retry after the backoff while runs are left', () => {
    const failure = { fails: 1, error: 'boom', at: 1000, backtrace: backtraceText(error) };
    expect(decide(boom)).toEqual({ kind: 'retry', delay: defaultBackoff(1, () => 0.5), failure });
    expect(decide(boom, { fails: 2 })).toMatchObject({ kind: 'retry', failure: { fails: 3 } });
  });

  it('is dead after the fourth run unless the type says otherwise', () => {
    expect(decide(boom, { fails: 3 })).toMatchObject({ kind: 'dead', failure: { fails: 4 } });
    expect(decide(boom, { maxFails: 1 })).toMatchObject({ kind: 'dead', failure: { fails: 1 } });
  });

  it('is dropped instead of dead with skipDead', () => {
    expect(decide(boom, { maxFails: 1, skipDead: true })).toMatchObject({ kind: 'dropped' });
  });

  it('is dead at once for a job that was discarded', () => {
    expect(decide(threw(new DiscardJobError('no such user')))).toMatchObject({
      kind: 'dead',
      failure: { fails: 1, error: 'no such user' },
    });
  });

  it('is dropped for a job that its handler drops, whatever its type says', () => {
    expect(decide(threw(new DropJobError('no such user')))).toMatchObject({
      kind: 'dropped',
      failure: { fails: 1, error: 'no such user' },
    });
  });

  it('is snoozed, without a failure, for a job that was', () => {
    expect(decide(threw(new SnoozeJobError(1.2)), { fails: 3 })).toEqual({
      kind: 'snoozed',
      delay: 2,
    });
    expect(() => new SnoozeJobError(-1)).toThrow(InvalidOptionError);
    expect(() => new SnoozeJobError(NaN)).toThrow(InvalidOptionError);
  });

  it('is a retry when the handler says so, while runs are left', () => {
    const later = new RetryJobError(7.2, undefined, { cause: error });
    expect(decide(threw(later))).toMatchObject({
      ...{ kind: 'retry', delay: 8 },
      failure: { fails: 1, error: 'boom' },
    });
    expect(decide(threw(later), { fails: 3 })).toMatchObject({ kind: 'dead' });
    expect(() => new RetryJobError(-1)).toThrow(InvalidOptionError);
  });

  it('is put back for a job that was interrupted', () => {
    expect(decide({ kind: 'interrupted' }, { fails: 3 })).toEqual({ kind: 'put back' });
  });

  it("asks the type's backoff with the failure counted, and rounds up", () => {
    const seen: Job[] = [];
    const backoff = (job: Job): number => seen.push(job) + 0.5;
    expect(decide(boom, { fails: 1, backoff })).toMatchObject({ delay: 2 });
    expect(seen[0]).toMatchObject({ fails: 2, lastError: 'boom' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('in backoff');
      },
    ],
    ['gives NaN', () => NaN],
    ['gives a negative number', () => -1],
    ['gives Infinity', () => Infinity],
    ['gives a string', () => 'soon' as unknown as number],
  ])('falls back to the default when a backoff %s', (_what, backoff) => {
    expect(decide(boom, { backoff })).toMatchObject({ delay: defaultBackoff(1, () => 0.5) });
  });
});

describe('defaultBackoff', () => {
  it.each([
    [1, 16, 74],
    [2, 31, 118],
    [3, 96, 212],
    [4, 271, 416],
  ])('after %i failures lies between %i and %i s', (fails, least, most) => {
    expect(defaultBackoff(fails, () => 0)).toBe(least);
    expect(defaultBackoff(fails, () => 1 - Number.EPSILON)).toBe(most);
  });
});
