import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../../../test/support/eventually.js';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import { silentLogger } from '../logging/logger.js';
import { WorkerPool } from '../pool/worker-pool.js';
import { Keys } from '../redis/keys.js';
import { TestNamespace } from '../testing/test-redis.js';
import type { DoctorReport } from './doctor.js';
import type { FindingCode } from './finding.js';
import { nameOf, neededCommands } from './needed-commands.js';

const LUA = new URL('../scripts/lua/', import.meta.url);

let ns: TestNamespace;

beforeEach(() => {
  ns = new TestNamespace();
});

afterEach(async () => {
  await ns.close();
});

/** Returns the level of one check. */
function levelOf({ findings }: DoctorReport, code: FindingCode): string | undefined {
  return findings.find((finding) => finding.code === code)?.level;
}

async function examined(options: object = ns.options): Promise<DoctorReport> {
  await using client = new Client(options as ConstructorParameters<typeof Client>[0]);
  return await client.doctor();
}

describe('a doctor', () => {
  it('examines a namespace, changes nothing, and names each check once', async () => {
    const { findings, server } = await examined();
    const codes = findings.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toHaveLength(30);
    expect(server).toMatchObject({ role: 'master', skew: expect.any(Number) as unknown });
    expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([]);
    for (const code of ['permissions', 'tracking', 'format', 'cluster', 'locks'] as const) {
      expect([code, levelOf({ findings } as DoctorReport, code)]).toEqual([code, 'ok']);
    }
  });

  it('puts the worst first', async () => {
    const enqueuer = new Enqueuer(ns.options);
    await enqueuer.enqueue('nobody_handles_it');
    await enqueuer.close();
    const report = await examined();
    expect(report.level).toBe('error');
    expect(report.findings[0]).toMatchObject({ level: 'error', code: 'unhandledNames' });
  });

  it('knows the format of the data', async () => {
    await ns.redis.set(ns.keys.format, 99);
    const report = await examined();
    expect(levelOf(report, 'format')).toBe('error');
  });
});

describe('a pool', () => {
  const errors: string[] = [];

  function aPool(): WorkerPool {
    const error = (text: string): void => void errors.push(text);
    return new WorkerPool({ ...ns.options, logger: { ...silentLogger, error } }).job(
      'n',
      () => undefined,
    );
  }

  beforeEach(() => {
    errors.length = 0;
  });

  it('notes the format of its data', async () => {
    const pool = aPool();
    await pool.start();
    expect(await ns.redis.get(ns.keys.format)).toBe('1');
    await pool.stop();
  });

  it('does not touch the data of a newer version', async () => {
    await ns.redis.set(ns.keys.format, 2);
    const pool = aPool();
    await pool.start();
    expect(pool.isReady).toBe(false);
    expect(await pool.health()).toMatchObject({
      status: 'down',
      problems: [expect.stringContaining('format 2')],
    });
    expect(errors).toEqual([expect.stringContaining('Upgrade this process')]);
    expect(await ns.redis.keys(`${ns.keys.prefix}*`)).toEqual([ns.keys.format]);
    await pool.stop();
  });
});

describe('a Redis of its own', () => {
  let server: LocalRedis;
  let admin: Redis;

  beforeAll(async () => {
    server = await LocalRedis.start();
    admin = new Redis(server.url);
  });

  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  it('has a running pool stop when a newer version writes its data', async () => {
    const errors: string[] = [];
    const error = (text: string): void => void errors.push(text);
    const source = { redis: server.url, namespace: 'newer' };
    const pool = new WorkerPool({ ...source, logger: { ...silentLogger, error } }).job(
      'n',
      () => undefined,
    );
    await pool.start();
    await admin.set(new Keys('newer').format, 2);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal'); // A pool looks after each reconnection.
    await eventually(() => expect(errors).toEqual([expect.stringContaining('format 2')]));
    await eventually(async () => expect(await admin.keys('newer:worker_pools*')).toEqual([]));
    expect(pool.isReady).toBe(false);
    await pool.stop();
    await admin.flushall();
  });

  it('makes a starting pool warn of errors in its settings, and of nothing else', async () => {
    await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(text);
    const source = { redis: server.url, namespace: 'warned' };
    const pool = new WorkerPool({ ...source, logger: { ...silentLogger, warn } });
    await pool.job('n', () => undefined).start();
    await pool.stop();
    await admin.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await admin.flushall();
    expect(warnings).toEqual([
      'Redis: maxmemory-policy is allkeys-lru: when memory runs out, Redis deletes jobs. Remedy: CONFIG SET maxmemory-policy noeviction',
    ]);
  });

  async function asUser(...rules: string[]): Promise<DoctorReport> {
    await admin.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rules);
    return examined({
      redis: `redis://app:secret@${server.host}:${server.port}`,
      namespace: 'my_app',
    });
  }

  it('tells a user which commands it lacks', async () => {
    const { findings } = await asUser('~*', '&*', '+@all', '-lpush', '-zadd', '-script|load');
    expect(findings.find(({ code }) => code === 'permissions')).toMatchObject({
      level: 'error',
      text: 'The Redis user may not run LPUSH, SCRIPT LOAD, ZADD.',
      remedy: 'ACL SETUSER … +lpush +script|load +zadd',
    });
  });

  it('tells a user which commands it lacks where only a trial shows it', async () => {
    const { findings } = await asUser('~*', '&*', '+@all', '-eval', '-lpush');
    expect(findings.find(({ code }) => code === 'permissions')).toMatchObject({
      details: { missing: ['EVAL', 'LPUSH'] },
    });
    expect(await admin.keys('*')).toEqual([]);
  });

  it.each([
    ['GET', '~*', '-get'],
    ['SMEMBERS', '~*', '-smembers'],
    ['TIME', '~*', '-time'],
    ['ZCOUNT', '~*', '-zcount'],
    ['EVALSHA', '~*', '-evalsha'],
    ['LPUSH', '%R~my_app:*', '+lpush'],
  ])('reports to a user that lacks %s', async (name, keys, rule) => {
    const { findings } = await asUser('&*', '+@all', keys, rule);
    expect(findings).toHaveLength(30);
    expect(findings[0]).toMatchObject({ code: 'permissions', level: 'error' });
    expect(findings[0]?.details.missing).toContain(name);
    const silent = findings.filter(({ level }) => level === 'unknown');
    for (const { text, remedy } of silent) expect(`${text} ${remedy}`).toMatch(/NOPERM|again/);
    expect(silent.length).toBeGreaterThan(0);
  });

  it('reports when another program has written its keys', async () => {
    await admin.set(new Keys('foreign').workerPools, 'text');
    const report = await examined({ redis: server.url, namespace: 'foreign' });
    expect(levelOf(report, 'deadPools')).toBe('unknown');
    expect(levelOf(report, 'locks')).toBe('unknown');
    expect(levelOf(report, 'permissions')).toBe('ok');
    await admin.flushall();
  });

  it('fails with the reason when Redis does not answer', async () => {
    await using client = new Client({ redis: server.url, namespace: 'n', commandTimeout: 200 });
    await client.counts();
    server.pause();
    const error = await client.doctor().catch((problem: unknown) => problem);
    server.resume();
    expect(String(error)).toContain('Command timed out');
  });

  it('tells that pools poll', async () => {
    const { findings } = await asUser('~*', '+@all', '-client|tracking', 'resetchannels');
    expect(findings.find(({ code }) => code === 'tracking')).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('CLIENT TRACKING, SUBSCRIBE'),
    });
  });

  it('tells a user that may not ask that much is unknown', async () => {
    const report = await asUser('~my_app:*', '+@all', '-@dangerous', '-@admin');
    expect(levelOf(report, 'evictionPolicy')).toBe('unknown');
    expect(levelOf(report, 'permissions')).toBe('ok');
    expect(levelOf(report, 'unhandledNames')).toBe('ok');
    expect(levelOf(report, 'roundTrip')).toBe('ok');
  });
});

it('the needed commands are those of the scripts, and some more', () => {
  const needed = neededCommands(new Keys('n')).map(nameOf);
  const called = readdirSync(LUA)
    .flatMap((file) => [
      ...readFileSync(new URL(file, LUA), 'utf8').matchAll(/(?:call|readAny)\('([A-Z]+)'/g),
    ])
    .map(([, name = '']) => name);
  expect(called.filter((name) => !needed.includes(name))).toEqual([]);
});
