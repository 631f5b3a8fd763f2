import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as errors from './errors.js';
import { errorText } from './error-text.js';

const { KillJobError, EnqueueOutcomeUnknownError, InvalidOptionError, WorkError, verdictOf } =
  errors;
let copy: typeof errors;

beforeAll(async () => {
  jest.resetModules();
  copy = await import('./errors.js');
});

describe('an error of another copy of this package', () => {
  it('is an instance of the class of that name, and of those that it extends', () => {
    const unknown = new copy.EnqueueOutcomeUnknownError(['n'], new Error('x'));
    expect(copy.EnqueueOutcomeUnknownError).not.toBe(EnqueueOutcomeUnknownError);
    expect(unknown instanceof EnqueueOutcomeUnknownError).toBe(true);
    expect(unknown instanceof WorkError).toBe(true);
    expect(unknown instanceof InvalidOptionError).toBe(false);
    expect(new copy.JobContractError('n', []) instanceof KillJobError).toBe(true);
    expect(new copy.WorkError('x') instanceof EnqueueOutcomeUnknownError).toBe(false);
  });

  it('is that where a subclass of the user has made it', () => {
    class Mine extends KillJobError {}
    class Theirs extends copy.KillJobError {}
    expect(new Theirs() instanceof KillJobError).toBe(true);
    expect(new Theirs() instanceof Mine).toBe(false);
    expect(new Mine() instanceof Mine).toBe(true);
    expect(new KillJobError() instanceof Mine).toBe(false);
    expect([new Theirs().name, new copy.KillJobError().name]).toEqual(['Theirs', 'KillJobError']);
    expect(errorText(new Theirs('gone'))).toBe('Theirs: gone');
  });

  it('counts the jobs of an enqueueMany as that of this one does', () => {
    const partly = new errors.PartialEnqueueError(
      [undefined],
      new copy.EnqueueOutcomeUnknownError(['n'], 'x'),
    );
    expect(partly.message).toContain('may or may not be');
    expect(partly.message).toMatch(/^Enqueued 0 of 1 job,/);
  });
});

it.each([null, undefined, 5, 'text', {}, [], new Error('x'), Object.create(null), () => 1])(
  '%p is no instance of any',
  (value) => {
    expect((value as unknown) instanceof WorkError).toBe(false);
    expect((value as unknown) instanceof KillJobError).toBe(false);
  },
);

it('an unreadable value is an instance of no class', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect((proxy as unknown) instanceof WorkError).toBe(false);
});

it('a value that only looks like a verdict is none', () => {
  const VERDICT = Symbol.for('nestcraft:verdict');
  for (const verdict of ['bury', true, {}, () => 'drop', undefined, null]) {
    expect(verdictOf(Object.assign(new Error('x'), { [VERDICT]: verdict }))).toBeUndefined();
  }
  expect(verdictOf(Object.assign(new Error('x'), { [VERDICT]: 'drop' }))).toBe('drop');
});

it('every class has a name that no minifier changes', () => {
  const classes = Object.entries(errors).filter(
    ([, one]) => one === WorkError || Object.prototype.isPrototypeOf.call(WorkError, one),
  );
  expect(classes.length).toBeGreaterThan(30);
  for (const [name, one] of classes) {
    const { prototype } = one as unknown as { readonly prototype: object };
    expect(Object.getOwnPropertyDescriptor(prototype, Symbol.for('nestcraft:error'))?.value).toBe(
      name,
    );
  }
});
