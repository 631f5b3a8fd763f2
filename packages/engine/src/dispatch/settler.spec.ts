import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { systemClock } from '../base/clock.js';
import type { FinishedJob } from '../run/finished-job.js';
import { Keys } from '../redis/keys.js';
import { Scripts } from '../scripts/scripts.js';
import { Settler } from './settler.js';
import { performance } from '../base/timers.js';

const MEBIBYTE = 1024 * 1024;

let settled: [raw: unknown, owned: boolean][];
let errors: string[];
/** Milliseconds on the clock of `performance.now`. */
let elapsed: number;
let locksWrong: number;

beforeEach(() => {
  settled = [];
  errors = [];
  elapsed = 0;
  locksWrong = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => elapsed);
});

afterEach(() => void jest.restoreAllMocks());

function anEmptySettler(onSettled: (raw: unknown) => void = () => undefined): Settler {
  return new Settler({
    poolId: 'pool',
    scripts: new Scripts(new Keys('test'), systemClock),
    onSettled: ({ raw }, owned) => {
      onSettled(raw);
      settled.push([raw, owned]);
    },
    onLocksWrong: () => locksWrong++,
    onError: (error) => errors.push(String(error)),
  });
}

function aSettler(jobs: number, size: number): Settler {
  const settler = anEmptySettler();
  const raw = 'x'.repeat(size);
  const fate = { kind: 'done' } as const;
  const job = { jobName: 'a', raw, move: { to: 'nowhere' }, fate } as const;
  for (let i = 0; i < jobs; i++) settler.add(job as unknown as FinishedJob);
  return settler;
}

describe('a settler', () => {
  it.each([
    ['five hundred jobs', 1_500, 100, 1_000],
    ['half a mebibyte of them', 40, 100 * 1024, 35],
    ['one, however large', 2, 20 * MEBIBYTE, 1],
  ])('settles at most %s with one script', (_what, jobs, size, left) => {
    const settler = aSettler(jobs, size);
    expect(settler.requests()).toHaveLength(1);
    expect(settler.unsettled).toHaveLength(left);
  });

  it('retries a refused settle on its own after a pause, and reports the reason', () => {
    const settler = anEmptySettler();
    for (const raw of ['a', 'b', 'c']) settler.add(dead(raw));
    const [request] = settler.requests();
    request?.onReply({ value: [[2], [0], Buffer.from('WRONGTYPE')] });
    expect(errors).toEqual([expect.stringContaining('WRONGTYPE')]);
    expect(settled).toEqual([
      ['b', true],
      ['c', false],
    ]);
    expect(settler.unsettled.map(({ raw }) => raw)).toEqual(['a']);
    expect([settler.isDue, settler.requests()]).toEqual([false, []]);
    elapsed = 100;
    expect(settler.isDue).toBe(true);
    settler.add(dead('d'));
    expect(settler.requests().map(({ call }) => call.args.includes('a'))).toEqual([false, true]);
    expect(settler.unsettled).toEqual([]);
  });

  it('takes a job that was refused, and then is gone, for another pool’s, whatever was before', () => {
    const settler = anEmptySettler();
    settler.add(dead('a'));
    expect(() => settler.requests()[0]?.onReply({ error: new Error('lost') })).toThrow('lost');
    elapsed = 100;
    settler.requests()[0]?.onReply({ value: [[], [0], Buffer.from('WRONGTYPE')] });
    elapsed = 200;
    settler.requests()[0]?.onReply({ value: [[0], [], Buffer.from('')] });
    expect(settled).toEqual([['a', false]]);
  });

  it('finds the one for which Redis refuses a whole script, and settles the others', () => {
    const settler = anEmptySettler();
    for (const raw of ['a', 'b', 'bad', 'c', 'd']) settler.add(dead(raw));
    for (let round = 0; round < 20; round++) {
      elapsed += 100;
      for (const { call, onReply } of settler.requests()) {
        const isBad = call.args.includes('bad');
        if (isBad) expect(() => onReply({ error: aReplyError('WRONGTYPE') })).toThrow('WRONGTYPE');
        else onReply({ value: [[], [], Buffer.from('')] });
      }
    }
    expect(settled.map(([raw]) => raw).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(settler.unsettled.map(({ raw }) => raw)).toEqual(['bad']);
  });

  it('continues when a listener for settled jobs throws', () => {
    const settler = anEmptySettler((raw) => {
      if (raw === 'a') throw new Error('a logger that is broken');
    });
    for (const raw of ['a', 'b']) settler.add(dead(raw));
    settler.requests()[0]?.onReply({ value: [[], [], Buffer.from('')] });
    expect(settled.map(([raw]) => raw)).toEqual(['b']);
    expect(errors).toEqual([expect.stringContaining('broken')]);
  });

  it('repeats unconfirmed settles in order, and counts jobs that are gone by then as settled', () => {
    const settler = anEmptySettler();
    for (const raw of ['a', 'b']) settler.add(dead(raw));
    const [request] = settler.requests();
    settler.add(dead('c'));
    expect(() => request?.onReply({ error: new Error('lost') })).toThrow('lost');
    const [again] = settler.requests();
    again?.onReply({ value: [[0, 2], [], Buffer.from('')] });
    expect(settled).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it('does not wait for jobs to be put back for which Redis refuses that', () => {
    const settler = anEmptySettler();
    settler.add({ ...dead('x'), move: { to: 'queue' } });
    settler.requests()[0]?.onReply({ value: [[], [0], Buffer.from('WRONGTYPE')] });
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([false, false]);
    elapsed = 100;
    expect(() => settler.requests()[0]?.onReply({ error: new Error('lost') })).toThrow('lost');
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([true, true]); // maybe it was done now
  });

  it('knows of jobs that are put back until Redis has confirmed it', () => {
    const settler = anEmptySettler();
    for (let i = 0; i < 600; i++) settler.add({ ...dead('x'), move: { to: 'queue' } });
    const [first] = settler.requests();
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([true, true]);
    const [second] = settler.requests();
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([true, false]);
    first?.onReply({ value: [[], [], Buffer.from('')] });
    expect(() => second?.onReply({ error: new Error('lost') })).toThrow('lost');
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([true, true]);
    const [again] = settler.requests();
    again?.onReply({ value: [[], [], Buffer.from('')] });
    expect([settler.isPuttingBack, settler.hasToPutBack]).toEqual([false, false]);
  });
});

function dead(raw: string): FinishedJob {
  const failure = { fails: 1, error: 'e', at: 1 };
  return {
    ...{ jobName: 'a', raw, entry: undefined, error: undefined, duration: 0 },
    ...{ move: { to: 'dead', entry: raw }, fate: { kind: 'dead', failure } },
  };
}

function aReplyError(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

it('completes a long job with a command, whose entry no script has to copy, and sets the locks right behind it', () => {
  const settler = anEmptySettler();
  const long = Buffer.from('x'.repeat(10_000));
  for (const raw of ['short', long]) {
    const job = { jobName: 'a', raw, move: { to: 'nowhere' }, fate: { kind: 'done' } };
    settler.add(job as unknown as FinishedJob);
  }
  const requests = settler.requests();
  const names = requests.map(({ call }) => ('script' in call ? call.script.name : call.command));
  expect(names).toEqual(['LREM', 'rebuild', 'complete']);
  requests[0]?.onReply({ value: 0 });
  expect(() => requests[1]?.onReply({ error: new Error('a slot moves') })).toThrow('a slot moves');
  expect(locksWrong).toBe(1);
  requests[2]?.onReply({ value: [] });
  expect(settled).toEqual([
    [long, false],
    ['short', true],
  ]);
});
