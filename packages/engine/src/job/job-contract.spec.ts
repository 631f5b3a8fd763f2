import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../client/client.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import {
  ClosedError,
  DuplicateJobError,
  InvalidJobArgsError,
  InvalidJobNameError,
  InvalidOptionError,
  JobContractError,
} from '../errors/errors.js';
import { defineJob } from './job-contract.js';
import { silentLogger } from '../logging/logger.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool } from '../pool/worker-pool.js';

const SendEmail = defineJob('send_email', z.object({ to: z.email(), copies: z.int().default(1) }));
const Export = defineJob<{ rows: number }>('export');

let space: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;
let pool: WorkerPool;

beforeEach(() => {
  space = new TestNamespace();
  enqueuer = new Enqueuer(space.options);
  client = new Client(space.options);
  pool = new WorkerPool({ ...space.options, logger: silentLogger });
});

afterEach(async () => {
  await pool.stop();
  await enqueuer.close();
  client.close();
  await space.close();
});

async function argsInQueue(jobName: string): Promise<unknown[]> {
  const entries = await space.queue(jobName);
  return entries.map((entry) => (JSON.parse(entry) as { args: unknown }).args).reverse();
}

describe('a contract', () => {
  it('never changes', () => {
    const before = JSON.stringify(SendEmail);
    const upgraded = SendEmail.upgrade(z.object({ mail: z.string() }), ({ mail }) => ({
      to: mail,
    }));
    expect(upgraded).not.toBe(SendEmail);
    expect(JSON.stringify(SendEmail)).toBe(before);
    expect(() => Object.assign(SendEmail, { name: 'other' })).toThrow(TypeError);
    expect(Object.isFrozen(defineJob('a', { aliases: ['b'] }).aliases)).toBe(true);
  });

  it.each([
    ['a name that cannot be used', () => defineJob('a,b'), InvalidJobNameError],
    ['an alias that cannot be used', () => defineJob('a', { aliases: [''] }), InvalidJobNameError],
    ['an alias that is its name', () => defineJob('a', { aliases: ['a'] }), InvalidOptionError],
    ['an alias twice', () => defineJob('a', { aliases: ['b', 'b'] }), InvalidOptionError],
    ['null', () => defineJob('a', null as never), InvalidOptionError],
    ['no schema', () => defineJob('a', { parse: () => ({}) } as never), InvalidOptionError],
    [
      'an upgrade without a schema',
      () => Export.upgrade(type({}), () => ({ rows: 1 })),
      InvalidOptionError,
    ],
    [
      'an upgrade from no schema',
      () => SendEmail.upgrade({} as never, () => ({ to: '' })),
      InvalidOptionError,
    ],
  ])('refuses %s', (_what, define, error) => {
    expect(define).toThrow(error);
  });
});

describe('enqueueing by a contract', () => {
  it('sends the arguments as they were given, not as the schema makes them', async () => {
    const Trimmed = defineJob('trimmed', z.object({ text: z.string().trim() }));
    const { job } = await enqueuer.enqueue(Trimmed, { text: ' a ' });
    expect(job.args).toEqual({ text: ' a ' });
    expect(await argsInQueue('trimmed')).toEqual([{ text: ' a ' }]);
  });

  it.each([
    ['zod', defineJob('job', z.object({ users: z.array(z.object({ age: z.number() })) }))],
    ['valibot', defineJob('job', v.object({ users: v.array(v.object({ age: v.number() })) }))],
    ['arktype', defineJob('job', type({ users: type({ age: 'number' }).array() }))],
  ])('says all that is wrong, and where, with a schema of %s', async (_library, contract) => {
    const users = [{ age: 1 }, { age: 'old' }, {}] as { age: number }[];
    const error = await enqueuer.enqueue(contract, { users }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InvalidJobArgsError);
    const { issues, message } = error as InvalidJobArgsError;
    expect(issues.map(({ path }) => path)).toEqual(['args.users.1.age', 'args.users.2.age']);
    for (const issue of issues) expect(message).toContain(`${issue.path}: ${issue.message}`);
    expect(await space.queue('job')).toEqual([]);
  });

  const bad = { to: 'nobody' };
  const past = new Date(0);
  it.each([
    ['enqueue', () => enqueuer.enqueue(SendEmail, bad)],
    ['in', () => enqueuer.enqueue(SendEmail, bad, { in: '10s' })],
    ['at', () => enqueuer.enqueue(SendEmail, bad, { at: past })],
    ['unique', () => enqueuer.enqueue(SendEmail, bad, { unique: true })],
    ['unique and in', () => enqueuer.enqueue(SendEmail, bad, { in: '10s', unique: true })],
    ['a unique key', () => enqueuer.enqueue(SendEmail, bad, { unique: { key: { id: 1 } } })],
    [
      'a unique key and in',
      () => enqueuer.enqueue(SendEmail, bad, { in: '10s', unique: { key: { id: 1 } } }),
    ],
    ['enqueueMany', () => enqueuer.enqueueMany([{ name: 'fine' }, SendEmail.with(bad)])],
    ['enqueueMany with options', () => enqueuer.enqueueMany([SendEmail.with(bad, { in: '10s' })])],
  ])('refuses what does not fit, by %s, and sends nothing', async (_method, enqueue) => {
    await expect(enqueue()).rejects.toThrow(InvalidJobArgsError);
    expect(await space.redis.keys(`${space.keys.prefix}*`)).toEqual([]);
  });

  it('enqueues arguments that fit, with all options', async () => {
    const args = { to: 'ada@example.com' };
    await enqueuer.enqueue(SendEmail, args);
    await enqueuer.enqueue(SendEmail, args, { unique: true });
    await enqueuer.enqueue(SendEmail, args, { unique: { key: { id: 1 } } });
    await enqueuer.enqueueMany([SendEmail.with(args), Export.with({ rows: 2 }), { name: 'plain' }]);
    await enqueuer.enqueue(SendEmail, args, { in: '10s' });
    await enqueuer.enqueue(SendEmail, args, { at: new Date(Date.now() + 60_000) });
    await enqueuer.enqueue(SendEmail, { ...args, copies: 2 }, { in: '10s', unique: true });
    await enqueuer.enqueue(SendEmail, args, { in: '10s', unique: { key: { id: 2 } } });
    const again = await enqueuer.enqueue(SendEmail, args, { unique: true });
    expect(again.status).toBe('duplicate');
    expect(await argsInQueue('send_email')).toEqual([args, args, args, args]);
    expect(await argsInQueue('export')).toEqual([{ rows: 2 }]);
    expect(await argsInQueue('plain')).toEqual([null]);
    expect(await space.set('scheduled')).toHaveLength(4);
  });

  it('refuses values that JSON would change', async () => {
    const Remind = defineJob('remind', z.object({ at: z.date() }));
    await expect(enqueuer.enqueue(Remind, { at: new Date() })).rejects.toThrow(/args\.at: /);
  });

  it('takes a job without arguments for one with none', async () => {
    const Refresh = defineJob('refresh', z.object({ full: z.boolean().optional() }));
    await enqueuer.enqueue(Refresh);
    expect(await argsInQueue('refresh')).toEqual([null]);
    await expect(enqueuer.enqueue(SendEmail as never)).rejects.toThrow(/args\.to: /);
  });

  it('waits at close for a schema that takes its time', async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const Slow = defineJob('slow', z.object({ id: z.int().refine(() => asked.then(() => true)) }));
    const enqueueing = enqueuer.enqueue(Slow, { id: 1 });
    const closing = enqueuer.close();
    answer?.();
    await Promise.all([enqueueing, closing]);
    expect(await argsInQueue('slow')).toEqual([{ id: 1 }]);
    await expect(enqueuer.enqueue(Slow, { id: 2 })).rejects.toThrow(ClosedError);
  });
});

describe('a contract’s handler', () => {
  it("gets the schema's output; middleware sees the stored arguments", async () => {
    const seen: unknown[] = [];
    pool.middleware((job, next) => {
      seen.push(job.args);
      return next();
    });
    pool.job(SendEmail, (job) => seen.push(job.args, job.name, job.argInt('copies')));
    const { id } = await enqueuer.enqueue(SendEmail, { to: 'ada@example.com' });
    await pool.drain();
    const to = 'ada@example.com';
    expect(seen).toEqual([{ to }, { to, copies: 1 }, 'send_email', 1]);
    expect(id).not.toBe('');
  });

  it('keeps its signal, its check-ins and its failures', async () => {
    const Flaky = defineJob('flaky', z.object({ n: z.number() }));
    const seen: unknown[] = [];
    pool.job(Flaky, { timeout: 60_000 }, (job) => {
      job.checkin('here');
      seen.push(job.id, job.fails, job.lastError, job.signal.aborted, job.enqueuedAt.getTime());
    });
    const {
      id,
      job: { enqueuedAt },
    } = await enqueuer.enqueue(Flaky, { n: 1 });
    await pool.drain();
    expect(seen).toEqual([id, 0, undefined, false, enqueuedAt.getTime()]);
  });

  it('is not called with arguments that do not fit: the job is dead at once, and says why', async () => {
    const failures: unknown[] = [];
    let called = 0;
    pool.middleware(async (_job, next) => {
      await next().catch((error: unknown) => {
        failures.push(error);
        throw error;
      });
    });
    pool.job(SendEmail, { maxFails: 10 }, () => called++);
    const args = { to: 'nobody', copies: 1.5 };
    await enqueuer.enqueue('send_email', args);
    await pool.drain();
    await eventually(async () => expect((await client.counts()).dead).toBe(1));
    const [dead] = (await client.dead.list()).jobs;
    expect(called).toBe(0);
    expect(dead?.job?.args).toEqual(args);
    expect(dead?.job?.lastError).toMatch(/"send_email": args\.to: .+; args\.copies: .+/);
    expect(failures).toEqual([expect.any(JobContractError)]);
    const [error] = failures as JobContractError[];
    expect(error?.issues.map(({ path }) => path)).toEqual(['args.to', 'args.copies']);
  });

  it('is retried when the schema itself fails', async () => {
    const isKnown = (): boolean => {
      throw new Error('no database');
    };
    const Broken = defineJob('broken', z.object({ id: z.int().refine(isKnown) }));
    pool.job(Broken, () => undefined);
    await enqueuer.enqueue('broken', { id: 1 });
    await pool.drain();
    await eventually(async () => {
      const [failed] = (await client.retries.list()).jobs;
      expect(failed?.job?.lastError).toBe('no database');
    });
  });

  it('leaves the stored arguments as they are, to the byte, through a retry', async () => {
    const Fails = defineJob('fails', z.object({ n: z.number().transform(String) }));
    pool.job(Fails, () => {
      throw new Error('boom');
    });
    const args = '{"n":1.50,"unknown":12345678901234567890}';
    await space.redis.sadd(space.keys.knownJobs, 'fails');
    await space.redis.lpush(
      space.keys.queue('fails'),
      `{"name":"fails","id":"1","t":1,"args":${args}}`,
    );
    await pool.drain();
    await eventually(async () => {
      const [entry] = await space.redis.zrange(space.keys.retry, '0', '-1');
      expect(entry).toContain(`"args":${args}`);
    });
  });
});

describe('an upgraded contract', () => {
  const V1 = z.object({ address: z.string() });
  const V2 = z.object({ to: z.string() });
  const V3 = z.object({ to: z.array(z.email()) });
  const Mail = defineJob('mail', V3)
    .upgrade(V2, async ({ to }) => ({ to: await Promise.resolve([to]) }))
    .upgrade(V1, ({ address }) => ({ to: address }));

  it.each([
    ['the present', { to: ['a@b.com'] }],
    ['the last', { to: 'a@b.com' }],
    ['the oldest', { address: 'a@b.com' }],
  ])('runs jobs of %s form', async (_which, args) => {
    const seen: unknown[] = [];
    pool.job(Mail, (job) => seen.push(job.args));
    await enqueuer.enqueue('mail', args);
    await pool.drain();
    expect(seen).toEqual([{ to: ['a@b.com'] }]);
  });

  it('reports the issues of the current form if no form fits', async () => {
    const error = (await Mail.read({ cc: 1 }).catch((error: unknown) => error)) as JobContractError;
    expect(error).toMatchObject({ when: 'stored', issues: [{ path: 'args.to' }] });
  });

  it('says so when an upgrade makes something that does not fit', async () => {
    const error = (await Mail.read({ address: 'nobody' }).catch(
      (error: unknown) => error,
    )) as JobContractError;
    expect(error).toMatchObject({ when: 'upgraded', issues: [{ path: 'args.to.0' }] });
  });

  it('enqueues the present form only', async () => {
    await expect(enqueuer.enqueue(Mail, { to: 'a@b.com' } as never)).rejects.toThrow(
      InvalidJobArgsError,
    );
  });
});

describe('a contract with aliases', () => {
  const Renamed = defineJob('new_name', z.object({ n: z.number() }), { aliases: ['old_name'] });

  it('runs the jobs of its old names, queued and scheduled, with the same options', async () => {
    const seen: unknown[] = [];
    pool.job(Renamed, { maxConcurrency: 3 }, (job) => seen.push([job.name, job.args.n]));
    await enqueuer.enqueue(Renamed, { n: 1 });
    await enqueuer.enqueue('old_name', { n: 2 });
    await enqueuer.enqueue('old_name', { n: 3 }, { at: new Date(0) });
    await pool.start();
    await eventually(() => expect(seen).toHaveLength(3));
    expect(seen.sort()).toEqual([
      ['new_name', 1],
      ['old_name', 2],
      ['old_name', 3],
    ]);
    expect(await space.redis.smembers(space.keys.knownJobs)).toContain('old_name');
    const [heartbeat] = await client.pools.list();
    expect(heartbeat?.jobNames).toEqual(['new_name', 'old_name']);
    const queues = await client.queues.list();
    expect(queues.map(({ jobName, maxConcurrency }) => [jobName, maxConcurrency]).sort()).toEqual([
      ['new_name', 3],
      ['old_name', 3],
    ]);
  });

  it('registers all its names or none', () => {
    pool.job('old_name', () => undefined);
    expect(() => pool.job(Renamed, () => undefined)).toThrow(DuplicateJobError);
    expect(() => pool.job('new_name', () => undefined)).not.toThrow();
  });
});

describe('a schedule of a contract', () => {
  it('enqueues its arguments', async () => {
    pool.job(SendEmail, () => undefined);
    const args = { to: 'ada@example.com' };
    pool.periodicallyEnqueue('@every 1s', SendEmail, { args });
    await pool.start();
    const [firing] = await space.set('scheduled');
    expect(firing?.entry).toMatchObject({ name: 'send_email', args });
  });

  it('keeps the pool from starting when they do not fit', async () => {
    pool.job(SendEmail, () => undefined);
    pool.periodicallyEnqueue('@daily', SendEmail, { args: { to: 'nobody' } });
    await expect(pool.start()).rejects.toThrow(InvalidJobArgsError);
    expect(await space.redis.keys(`${space.keys.prefix}*`)).toEqual([]);
  });
});
