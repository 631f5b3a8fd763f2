import { beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from './clock.js';
import type { FinishedJob } from './finished-job.js';
import { Keys } from './redis/keys.js';
import { Scripts } from './redis/scripts.js';
import { Settler } from './settler.js';

const MEBIBYTE = 1024 * 1024;

let settled: [raw: unknown, owned: boolean][];

beforeEach(() => {
  settled = [];
});

function anEmptySettler(): Settler {
  return new Settler({
    poolId: 'pool',
    scripts: new Scripts(new Keys('test'), systemClock),
    onSettled: ({ raw }, owned) => settled.push([raw, owned]),
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
    ['some mebibytes of them', 40, MEBIBYTE, 23],
    ['one, however large', 2, 20 * MEBIBYTE, 1],
  ])('settles at most %s with one script', (_what, jobs, size, left) => {
    const settler = aSettler(jobs, size);
    expect(settler.requests()).toHaveLength(1);
    expect(settler.unsettled).toHaveLength(left);
  });

  it('tries what Redis refuses again, after all others, and tells why', () => {
    const settler = anEmptySettler();
    for (const raw of ['a', 'b', 'c']) settler.add(dead(raw));
    const [request] = settler.requests();
    settler.add(dead('d'));
    const reply = { value: [[2], [0], Buffer.from('WRONGTYPE')] };
    expect(() => request?.onReply(reply)).toThrow('1 jobs cannot be settled');
    expect(settled).toEqual([
      ['b', true],
      ['c', false],
    ]);
    expect(settler.unsettled.map(({ raw }) => raw)).toEqual(['d', 'a']);
  });

  it('sends what may have been written again, in its order, and takes what is then gone for its own doing', () => {
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

  it('knows of jobs that are put back until Redis has confirmed it', () => {
    const settler = anEmptySettler();
    for (let i = 0; i < 600; i++) settler.add({ ...dead('x'), move: { to: 'queue', entry: 'x' } });
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
