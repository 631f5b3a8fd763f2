import { beforeEach, expect, it } from '@jest/globals';
import { parseAttempt } from '../job/attempt.js';
import { defaultBackoff } from '../job/backoff.js';
import { KillJobError } from '../errors/errors.js';
import { Finisher, type FinisherOptions } from './finisher.js';
import { parseEntry } from '../job/job-entry.js';
import { jobType, type JobOptions } from '../job/job-type.js';
import { Keys } from '../redis/keys.js';

let warnings: string[];

beforeEach(() => {
  warnings = [];
});

/** What becomes of a job "n" whose handler has thrown `error`. */
function finished(
  error: unknown,
  finisher: Finisher = makeFinisher(),
  options: JobOptions = {},
): ReturnType<Finisher['finished']> {
  const raw = '{"name":"n","id":"i"}';
  return finisher.finished({
    ...{ entry: parseEntry(raw), fetched: { jobName: 'n', raw, isCancelled: false } },
    ...{ type: jobType('n', options, () => undefined), outcome: { kind: 'threw', error } },
    ...{ endedAt: 1_000_000, duration: 1, wasCancelled: false },
  });
}

function makeFinisher(mapError: FinisherOptions['mapError'] = (error) => error): Finisher {
  return new Finisher({
    ...{ keys: new Keys('test'), now: () => 1_000_000, random: () => 0.5, mapError },
    mayHaveCarriers: false,
    onWarning: (message) => warnings.push(message),
  });
}

it('uses the error that mapError returns', () => {
  const kill = makeFinisher(() => new KillJobError('hopeless'));
  expect(finished(new Error('no'), kill).fate).toMatchObject({
    ...{ kind: 'dead', failure: { error: 'hopeless' } },
  });
  expect(warnings).toEqual([]);
});

it('keeps the error where mapError answers nothing', () => {
  expect(
    finished(
      new Error('no'),
      makeFinisher(() => undefined),
    ).error,
  ).toEqual(new Error('no'));
});

it.each<[FinisherOptions['mapError'], string]>([
  [() => Promise.resolve(new KillJobError()), 'mapError returned a promise'],
  [() => Promise.reject(new Error('mapError rejects')), 'mapError returned a promise'],
  [() => new Promise(() => undefined), 'mapError returned a promise'],
  [
    () => {
      throw new Error('in mapError');
    },
    'mapError threw: in mapError',
  ],
])('keeps the error where mapError is of no use, and tells', (mapError, told) => {
  const { fate, error } = finished(new Error('no'), makeFinisher(mapError));
  expect(fate).toMatchObject({ kind: 'retry', failure: { fails: 1, error: 'no' } });
  expect(error).toEqual(new Error('no'));
  expect(warnings).toEqual([expect.stringContaining(told)]);
});

it('hands on nothing that cannot be looked at', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const seen: unknown[] = [];
  const { error, fate } = finished(
    proxy,
    makeFinisher((one) => void seen.push(one)),
  );
  const standIn = new Error('a thrown object that cannot be shown');
  expect([error, seen[0]]).toEqual([standIn, standIn]);
  expect(fate).toMatchObject({ kind: 'retry' });
  expect(
    finished(
      new Error('no'),
      makeFinisher(() => proxy),
    ).error,
  ).toEqual(standIn);
});

it('reports an invalid backoff once for each name', () => {
  const finisher = makeFinisher();
  for (let times = 0; times < 3; times++) {
    const { fate } = finished(new Error('no'), finisher, { backoff: () => -1 });
    expect(fate).toMatchObject({ delay: defaultBackoff(1, () => 0.5) * 1000 });
  }
  expect(warnings).toEqual([
    'The backoff of job "n" gave -1; it must return a duration: a number of milliseconds, or a text such as "30s", "1h30m" or "7d". The default backoff replaces it',
  ]);
});

it('has the causes in the attempt, too, however long the message is', () => {
  const cause = Object.assign(new Error('duplicate key'), { code: '23505' });
  const { notes, fate } = finished(new TypeError('q'.repeat(50_000), { cause }));
  const note = notes?.find(({ kind }) => kind === 'attempt') as { readonly text: string };
  const attempt = parseAttempt(note.text);
  for (const [text, most] of [
    [attempt?.error, 2048],
    ['failure' in fate ? fate.failure.error : undefined, 8192],
  ] as const) {
    expect(text).toMatch(/^TypeError: q+… \(cut\)\ncaused by: Error \[23505\]: duplicate key$/);
    expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(most);
  }
  expect(attempt?.backtrace).toMatch(/caused by: Error \[23505\]: duplicate key\n {4}at /);
});

it('treats a thrown promise as a value, and handles its rejection', async () => {
  const rejected = Promise.reject(new Error('nobody waits'));
  expect(finished(rejected).fate).toMatchObject({
    ...{ kind: 'retry', failure: { error: expect.stringContaining('Promise') } },
  });
  expect(warnings).toEqual([]);
  await new Promise(setImmediate);
});
