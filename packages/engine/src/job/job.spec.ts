import { describe, expect, it } from '@jest/globals';
import { JobArgumentError } from '../errors/errors.js';
import { Job } from './job.js';
import { parseEntry } from './job-entry.js';

function jobWith(args: unknown): Job {
  return new Job(parseEntry(JSON.stringify({ name: 'n', id: 'i', t: 60, args })));
}

describe('Job', () => {
  it('shows its entry', () => {
    const entry = '{"name":"n","id":"i","t":60,"args":null,"fails":1,"err":"boom","failed_at":90}';
    expect(new Job(parseEntry(entry))).toMatchObject({
      name: 'n',
      id: 'i',
      args: {},
      fails: 1,
      lastError: 'boom',
      enqueuedAt: new Date(60_000),
      failedAt: new Date(90_000),
    });
  });

  it('gives arguments of the type that is asked for', () => {
    const job = jobWith({ s: 'x', i: 7, f: 1.5, b: false });
    expect([job.argString('s'), job.argInt('i'), job.argFloat('f'), job.argBool('b')]).toEqual([
      'x',
      7,
      1.5,
      false,
    ]);
  });

  it.each([
    ['argString', 'a string', 7],
    ['argString', 'a string', undefined],
    ['argInt', 'a safe whole number', 1.5],
    ['argInt', 'a safe whole number', 2 ** 53],
    ['argInt', 'a safe whole number', '7'],
    ['argFloat', 'a number', '1.5'],
    ['argBool', 'true or false', 0],
  ] as const)('%s throws when the argument is not %s but %p', (accessor, wanted, value) => {
    expect(() => jobWith({ key: value })[accessor]('key')).toThrow(
      expect.objectContaining({
        constructor: JobArgumentError,
        jobName: 'n',
        key: 'key',
        wanted,
        value,
      }),
    );
  });

  it('does not mistake inherited members for arguments', () => {
    expect(() => jobWith({}).argString('constructor')).toThrow(JobArgumentError);
  });

  it('that does not run here has a signal of its own, which never aborts', () => {
    const warnings: unknown[] = [];
    const warn = (warning: unknown): unknown => warnings.push(warning);
    process.on('warning', warn);
    const job = jobWith({});
    for (let times = 0; times < 50; times++) {
      job.signal.addEventListener('abort', () => undefined);
      AbortSignal.any([job.signal]);
    }
    process.off('warning', warn);
    expect(warnings).toEqual([]);
    expect(job.signal).toBe(job.signal);
    expect(job.signal).not.toBe(jobWith({}).signal);
    expect(job.signal.aborted).toBe(false);
  });
});
