import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Auditor } from './auditor.js';
import type { Raw } from '../redis/raw.js';
import { Scripts } from '../scripts/scripts.js';
import type { HeldClaim } from '../job/held-claim.js';
import { FakeClock } from '../testing/fake-clock.js';
import { strictReport } from '../testing/strict-report.js';
import { TestNamespace } from '../testing/test-redis.js';

let ns: TestNamespace;
let known: { jobName: string; raw: Raw; claim?: HeldClaim }[];
let unsettled: { jobName: string; raw: Raw }[];
let orphans: number;
let lost: Raw[];
let auditor: Auditor;

beforeEach(() => {
  ns = new TestNamespace();
  known = [];
  unsettled = [];
  orphans = 0;
  lost = [];
  auditor = new Auditor({
    id: 'own',
    jobNames: ['n', 'm'],
    connection: ns.connection,
    keys: ns.keys,
    scripts: new Scripts(ns.keys, new FakeClock()),
    report: strictReport,
    between: (work) => work(),
    running: () => known,
    unsettled: () => unsettled,
    onOrphans: (count) => (orphans += count),
    onLost: (jobs) => lost.push(...jobs.map(({ raw }) => raw)),
  });
});

afterEach(async () => {
  await ns.close();
});

async function inProgress(jobName: string, ...entries: (string | Buffer)[]): Promise<void> {
  await ns.redis.lpush(ns.keys.inProgress(jobName, 'own'), ...entries);
  await ns.redis.hincrby(ns.keys.lockInfo(jobName), 'own', entries.length);
  await ns.redis.incrby(ns.keys.lock(jobName), entries.length);
}

describe('Auditor', () => {
  it('puts back jobs in progress that no worker accounts for', async () => {
    await inProgress('n', 'a', 'b', 'b', 'c');
    await inProgress('m', 'd');
    known = [
      { jobName: 'n', raw: 'a' },
      { jobName: 'n', raw: 'b' },
      { jobName: 'm', raw: 'd' },
    ];
    expect(await auditor.audit()).toBe(2);
    expect(orphans).toBe(2);
    expect((await ns.queue('n')).sort()).toEqual(['b', 'c']);
    expect(await ns.lock('n')).toBe(2);
    expect(await ns.redis.hgetall(ns.keys.lockInfo('n'))).toEqual({ own: '2' });
    expect(await auditor.audit()).toBe(0);
  });

  it('compares bytes', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    await inProgress('n', bytes, Buffer.from([0x7b, 0xfe, 0x7d]));
    known = [{ jobName: 'n', raw: bytes }];
    expect(await auditor.audit()).toBe(1);
    expect(await ns.redis.lrangeBuffer(ns.keys.inProgress('n', 'own'), 0, -1)).toEqual([bytes]);
  });

  it('sets the locks right, and sweeps shares of pools that are gone', async () => {
    await ns.redis.sadd(ns.keys.workerPools, 'go');
    await ns.redis.hset(ns.keys.lockInfo('n'), { own: 7, go: 2, idle: 0, negative: -3 });
    await ns.redis.set(ns.keys.lock('n'), -2);
    await inProgress('n', 'a');
    known = [{ jobName: 'n', raw: 'a' }];
    await auditor.audit();
    expect(await ns.lock('n')).toBe(3);
    expect(await ns.redis.hgetall(ns.keys.lockInfo('n'))).toEqual({
      own: '1',
      go: '2',
      negative: '-3',
    });
  });

  it('reports running jobs that were taken from the pool', async () => {
    await inProgress('n', 'a');
    known = [
      { jobName: 'n', raw: 'a' },
      { jobName: 'n', raw: 'b' },
      { jobName: 'm', raw: 'c' },
    ];
    expect(await auditor.audit()).toBe(0);
    expect(lost).toEqual(['b', 'c']);
  });

  it('does not miss jobs that have ended and are being settled', async () => {
    unsettled = [{ jobName: 'n', raw: 'a' }];
    await auditor.audit();
    expect(lost).toEqual([]);
  });

  it('notices different jobs in progress, even in the same number', async () => {
    await inProgress('n', 'old', 'known');
    known = [
      { jobName: 'n', raw: 'known' },
      { jobName: 'n', raw: 'gone' },
    ];
    expect(await auditor.audit()).toBe(1);
    expect(lost).toEqual(['gone']);
    expect(await ns.queue('n')).toEqual(['old']);
  });

  it('puts back long and many entries, in their order', async () => {
    const text = 'x'.repeat(400_000);
    const long = ['1', '2', '3', '4'].map((id) => `{"id":"${id}","text":"${text}"}`);
    const short = Array.from({ length: 1_200 }, (_, i) => `{"id":"${i}"}`);
    await inProgress('n', ...long, ...short);
    known = [{ jobName: 'n', raw: Buffer.from(long[1] ?? '') }];
    expect(await auditor.audit()).toBe(1_203);
    const [first, , third, fourth] = long;
    expect(await ns.queue('n')).toEqual([...[first, third, fourth], ...short].toReversed());
    expect(await ns.inProgress('n')).toBe(1);
  });

  it('renews the claims of jobs that run for long, and no other’s', async () => {
    const [own, other] = [`${ns.keys.prefix}unique:n:own`, `${ns.keys.prefix}unique:n:other`];
    for (const [key, id] of [
      [own, 'running 1'],
      [other, 'running 7'],
    ] as const) {
      const ends = Date.now() + 60_000;
      await ns.redis.set(key, '1', 'PXAT', ends);
      await ns.redis.set(ns.keys.uniqueOwner(key), id, 'PXAT', ends);
    }
    await inProgress('n', own, other);
    known = [own, other].map((uniqueKey) => ({
      ...{ jobName: 'n', raw: uniqueKey },
      claim: { uniqueKey, jobId: '1' },
    }));
    await auditor.audit();
    expect(await ns.redis.ttl(own)).toBeGreaterThan(80_000);
    expect(await ns.redis.ttl(other)).toBeLessThan(61);
    await ns.redis.del(own, ns.keys.uniqueOwner(own));
    await auditor.audit();
    expect(await ns.redis.get(ns.keys.uniqueOwner(own))).toBe('running 1');
  });

  it('makes no claim again of a job that was taken from the pool, and may be done', async () => {
    const uniqueKey = `${ns.keys.prefix}unique:n:lost`;
    known = [{ jobName: 'n', raw: 'lost', claim: { uniqueKey, jobId: '1' } }];
    await auditor.audit();
    expect(lost).toEqual(['lost']);
    expect(await ns.redis.exists(uniqueKey, ns.keys.uniqueOwner(uniqueKey))).toBe(0);
  });
});
