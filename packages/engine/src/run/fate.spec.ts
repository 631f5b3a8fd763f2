import { describe, expect, it, jest } from '@jest/globals';
import { defaultBackoff } from '../job/backoff.js';
import {
  KillJobError,
  DropJobError,
  InvalidOptionError,
  isWorkError,
  RetryJobError,
  SnoozeJobError,
} from '../errors/errors.js';
import type * as Errors from '../errors/errors.js';
import { backtraceText } from '../errors/error-text.js';
import { fate, type Outcome } from './fate.js';
import type { Job } from '../job/job.js';
import { parseEntry } from '../job/job-entry.js';
import { jobType, type JobOptions } from '../job/job-type.js';

interface Deciding extends JobOptions {
  readonly fails?: number;
  /** What was told of the backoff. */
  readonly told?: unknown[];
}

/** The package's errors once more, as a package manager installs them beside the first. */
async function anotherCopy(): Promise<typeof Errors> {
  let copy: typeof Errors | undefined;
  await jest.isolateModulesAsync(async () => {
    copy = await import('../errors/errors.js');
  });
  if (!copy) throw new Error('There is no copy');
  return copy;
}

function decide(outcome: Outcome, { fails = 0, told = [], ...options }: Deciding = {}) {
  const entry = parseEntry(JSON.stringify({ name: 'n', id: 'i', fails }));
  const type = jobType('n', options, () => undefined);
  return fate(entry, type, outcome, {
    ...{ now: 1000, random: () => 0.5 },
    onBackoffFault: (fault) => told.push(fault),
  });
}

const threw = (error: unknown): Outcome => ({ kind: 'threw', error });
const error = new Error('boom');
const DEFAULT_DELAY = defaultBackoff(1, () => 0.5) * 1000;
const boom = threw(error);

describe('fate', () => {
  it('is done when the handler returned', () => {
    expect(decide({ kind: 'returned' })).toEqual({ kind: 'done' });
  });

  it('is a retry after the backoff while runs are left', () => {
    const failure = { fails: 1, error: 'boom', at: 1000, backtrace: backtraceText(error) };
    expect(decide(boom)).toEqual({ kind: 'retry', delay: DEFAULT_DELAY, failure });
    expect(decide(boom, { fails: 2 })).toMatchObject({ kind: 'retry', failure: { fails: 3 } });
  });

  it('is dead after the fourth run unless the type says otherwise', () => {
    expect(decide(boom, { fails: 3 })).toMatchObject({ kind: 'dead', failure: { fails: 4 } });
    expect(decide(boom, { maxFails: 1 })).toMatchObject({ kind: 'dead', failure: { fails: 1 } });
  });

  it('is dropped instead of dead with skipDead', () => {
    expect(decide(boom, { maxFails: 1, skipDead: true })).toMatchObject({ kind: 'dropped' });
  });

  it('is dead at once for a job that was killed', () => {
    expect(decide(threw(new KillJobError('no such user')))).toMatchObject({
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
    expect(decide(threw(new SnoozeJobError(1_200)), { fails: 3 })).toEqual({
      kind: 'snoozed',
      delay: 2_000,
    });
    expect(() => new SnoozeJobError(-1)).toThrow(InvalidOptionError);
    expect(() => new SnoozeJobError(NaN)).toThrow(InvalidOptionError);
  });

  it('is a retry when the handler says so, while runs are left', () => {
    const later = new RetryJobError(7_200, undefined, { cause: error });
    expect(decide(threw(later))).toMatchObject({
      ...{ kind: 'retry', delay: 8_000 },
      failure: { fails: 1, error: 'boom' },
    });
    expect(decide(threw(later), { fails: 3 })).toMatchObject({ kind: 'dead' });
    expect(() => new RetryJobError(-1)).toThrow(InvalidOptionError);
  });

  it('is put off by 100 years at most', () => {
    const hundredYears = 100 * 365 * 24 * 3_600_000;
    for (const delay of [Number.MAX_SAFE_INTEGER, 1e18, Number.MAX_VALUE, '36501d']) {
      const snoozed = { kind: 'snoozed', delay: hundredYears };
      expect(decide(threw(new SnoozeJobError(delay)))).toEqual(snoozed);
      expect(decide(threw(new RetryJobError(delay)))).toMatchObject({ delay: hundredYears });
      expect(decide(boom, { backoff: () => delay })).toMatchObject({ delay: hundredYears });
    }
  });

  it.each([NaN, Infinity, -1, '5', 5n, null, undefined, Symbol('s'), {}, [3]])(
    'cannot be asked for by a delay of %p',
    (delay) => {
      expect(() => new SnoozeJobError(delay as number)).toThrow(InvalidOptionError);
      expect(() => new RetryJobError(delay as number)).toThrow(InvalidOptionError);
      // One of another copy of the package, or of a subclass, may hold anything.
      for (const one of [new SnoozeJobError('1s'), new RetryJobError('1s')]) {
        const error = Object.assign(one, { delay });
        expect(decide(threw(error))).toMatchObject({
          ...{ kind: 'retry', delay: DEFAULT_DELAY },
          failure: { fails: 1 },
        });
      }
    },
  );

  it('cannot be asked for by a delay that cannot be read', () => {
    const unreadable = {
      get: () => {
        throw new Error('no delay');
      },
    };
    for (const error of [new SnoozeJobError('1s'), new RetryJobError('1s')]) {
      Object.defineProperty(error, 'delay', unreadable);
      expect(decide(threw(error))).toMatchObject({ kind: 'retry', failure: { fails: 1 } });
    }
  });

  it.each([
    ['KillJobError', { kind: 'dead', failure: { error: 'of the copy' } }],
    ['DropJobError', { kind: 'dropped', failure: { error: 'of the copy' } }],
  ] as const)('is what a %s of another copy of this package says', async (name, expected) => {
    const copy = await anotherCopy();
    expect(copy[name]).not.toBe({ KillJobError, DropJobError }[name]);
    expect(decide(threw(new copy[name]('of the copy')))).toMatchObject(expected);
  });

  it('is a delay that an error of another copy of this package says', async () => {
    const copy = await anotherCopy();
    expect(decide(threw(new copy.SnoozeJobError('9s')), { maxFails: 1 })).toEqual({
      ...{ kind: 'snoozed', delay: 9_000 },
    });
    expect(decide(threw(new copy.RetryJobError('9s', 'later')))).toMatchObject({
      ...{ kind: 'retry', delay: 9_000, failure: { error: 'later' } },
    });
    expect(isWorkError(new copy.JobTimeoutError('n', 'i', 1))).toBe(true);
    expect(isWorkError(error)).toBe(false);
  });

  it('is a failure whatever was thrown', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const thrown of [proxy, null, undefined, 7n, Symbol('s'), () => 1, Object.create(null)]) {
      expect(decide(threw(thrown))).toMatchObject({
        ...{ kind: 'retry', failure: { fails: 1, error: expect.any(String) } },
      });
    }
  });

  it('is put back for a job that was interrupted', () => {
    expect(decide({ kind: 'interrupted' }, { fails: 3 })).toEqual({ kind: 'putBack' });
  });

  it("asks the type's backoff with the failure counted, and rounds up", () => {
    const seen: Job[] = [];
    const backoff = (job: Job): number => seen.push(job) * 1_000 + 500;
    expect(decide(boom, { fails: 1, backoff })).toMatchObject({ delay: 2_000 });
    expect(seen[0]).toMatchObject({ fails: 2, lastError: 'boom' });
  });

  it.each<[unknown, string]>([
    [-1, 'gave -1'],
    [NaN, 'gave NaN'],
    [Infinity, 'gave Infinity'],
    ['5', 'gave "5"'],
    [5n, 'gave 5n'],
    ['1 s', 'gave "1 s"'],
    [undefined, 'gave undefined'],
    [null, 'gave null'],
    [new Date(NaN), 'gave an invalid Date'],
    [Promise.resolve(5), 'gave a promise, which is not awaited'],
    [Promise.reject(new Error('no')), 'gave a promise, which is not awaited'],
    [{ then: () => undefined }, 'gave a promise, which is not awaited'],
  ])('falls back to the default when a backoff gives %p, and tells', (answer, fault) => {
    const told: unknown[] = [];
    const backoff = (): number => answer as number;
    expect(decide(boom, { backoff, told })).toMatchObject({ delay: DEFAULT_DELAY });
    expect(told).toEqual([{ fault }]);
  });

  it('falls back to the default when a backoff throws, and reports it', () => {
    const told: unknown[] = [];
    const backoff = (): number => {
      throw new RangeError('in backoff');
    };
    expect(decide(boom, { backoff, told })).toMatchObject({ delay: DEFAULT_DELAY });
    expect(told).toEqual([{ fault: 'threw: RangeError: in backoff' }]);
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
