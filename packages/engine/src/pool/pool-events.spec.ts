import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { emitSafely } from '../base/emit-safely.js';

it('calls every listener, whatever the others throw or reject with', async () => {
  const emitter = new EventEmitter();
  const [told, errors]: unknown[][] = [[], []];
  emitter.on('done', () => {
    throw new Error('thrown');
  });
  const rejects: () => unknown = () => Promise.reject(new Error('rejected'));
  emitter.on('done', rejects);
  emitter.once('done', (value) => told?.push(`once ${value}`));
  emitter.on('done', (value) => told?.push(value));
  for (const value of [1, 2]) emitSafely(emitter, 'done', [value], (error) => errors?.push(error));
  await new Promise(setImmediate);
  expect(told).toEqual(['once 1', 1, 2]);
  expect(errors).toHaveLength(4);
});

it('survives listeners that return or throw unreadable values', async () => {
  const { proxy: revoked, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  const emitter = new EventEmitter();
  const errors: unknown[] = [];
  const listeners: (() => unknown)[] = [
    () => {
      throw revoked;
    },
    () => revoked,
    () => Promise.reject(revoked),
    () => ({ then: (_done: unknown, fail: (error: unknown) => void) => fail(new Error('later')) }),
    () => ({
      get then(): never {
        throw new Error('no');
      },
    }),
  ];
  for (const listener of listeners) emitter.on('done', listener);
  emitSafely(emitter, 'done', [], (error) => errors.push(error));
  await new Promise(setImmediate);
  const standIn = new Error('a thrown object that cannot be shown');
  expect(errors).toEqual(expect.arrayContaining([standIn, standIn, new Error('later')]));
  expect(errors).toHaveLength(3);
});
