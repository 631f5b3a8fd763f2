import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { eventually } from '../../../../test/support/eventually.js';
import { Client } from '../client/client.js';
import type { EncryptionKey } from '../encryption/encryption-options.js';
import { Enqueuer } from '../enqueue/enqueuer.js';
import {
  InvalidJobArgsError,
  InvalidOptionError,
  JobContractError,
  NoEncryptionKeyError,
} from '../errors/errors.js';
import type { Job } from '../job/job.js';
import { rewriteEntry } from '../job/job-entry.js';
import { defineJob, type JobContract, type JobOf } from '../job/job-contract.js';
import { silentLogger } from '../logging/logger.js';
import type { StandardSchema } from '../base/standard-schema.js';
import { TestNamespace } from '../testing/test-redis.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

const SECRET = '4242-4242-4242-4242';
const Charge = defineJob(
  'charge',
  z.object({ user: z.number(), card: z.object({ number: z.string(), year: z.number() }) }),
  { encrypt: ['card.number'], aliases: ['charge_card'] },
);
const CHARGE = { user: 7, card: { number: SECRET, year: 2030 } };

const aKey = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
const [k1, k2] = [aKey('k1'), aKey('k2')] as const;

let space: TestNamespace;
let enqueuer: Enqueuer;
let client: Client;
let pools: WorkerPool[];

beforeEach(() => {
  space = new TestNamespace();
  enqueuer = new Enqueuer({ ...space.options, encryption: { keys: [k1] } });
  client = new Client(space.options);
  pools = [];
});

afterEach(async () => {
  await Promise.all(pools.map((pool) => pool.stop()));
  await enqueuer.close();
  client.close();
  await space.close();
});

function aPool(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const given = { ...space.options, logger: silentLogger, encryption: { keys: [k1] }, ...options };
  const pool = new WorkerPool(given);
  pools.push(pool);
  return pool;
}

/** Everything in the namespace: keys and values. */
async function everything(): Promise<string> {
  const { redis } = space;
  const parts: unknown[] = [];
  for (const key of await redis.keys(`${space.namespace}*`)) {
    const kind = await redis.type(key);
    parts.push(key);
    if (kind === 'string') parts.push(await redis.get(key));
    if (kind === 'list') parts.push(await redis.lrange(key, 0, -1));
    if (kind === 'zset') parts.push(await redis.zrange(key, '0', '-1'));
    if (kind === 'hash') parts.push(await redis.hgetall(key));
    if (kind === 'set') parts.push(await redis.smembers(key));
  }
  return JSON.stringify(parts);
}

describe('a job with encrypted fields', () => {
  it('reaches its handler in plain, and nobody else', async () => {
    const [seen, around, lines]: [unknown[], unknown[], string[]] = [[], [], []];
    const note = (text: string): void => void lines.push(text);
    const pool = aPool({ logger: { log: note, warn: note, error: note } })
      .middleware((job, next) => {
        around.push(JSON.stringify(job.args));
        return next();
      })
      .job(Charge, { backoff: () => 0 }, (job: JobOf<typeof Charge>) => {
        seen.push(job.args);
        job.checkin('charges');
        if (job.fails === 0) throw new Error('declined');
      });
    const { job } = await enqueuer.enqueue(Charge, CHARGE);
    expect(job.args).toEqual(CHARGE);
    await enqueuer.enqueue(Charge, CHARGE, { in: '1h' });
    await enqueuer.enqueueMany([Charge.with(CHARGE), { name: 'charge', args: CHARGE }]);
    expect(await everything()).toContain(SECRET); // The last one has no contract.
    await pool.drain();
    await eventually(() => expect(seen).toHaveLength(6));
    expect(seen).toEqual(Array(6).fill(CHARGE));
    await pool.stop();
    expect(await everything()).toMatch(/nestcraft:enc:1:k1:/);
    expect(around.filter((text) => String(text).includes(SECRET))).toHaveLength(2);
    expect(lines.join('\n')).not.toContain(SECRET);
  });

  it('never lies in Redis in plain, wherever it is', async () => {
    await enqueuer.enqueue(Charge, CHARGE);
    await enqueuer.enqueue(Charge, CHARGE, { in: '1h' });
    await enqueuer.enqueue(Charge, CHARGE, { unique: true });
    await enqueuer.enqueue(Charge, CHARGE, { unique: { key: { number: SECRET } } });
    await enqueuer.enqueue(Charge, CHARGE, { unique: { key: { number: SECRET } } });
    await enqueuer.enqueueMany([Charge.with(CHARGE), Charge.with(CHARGE, { in: '1h' })]);
    const pool = aPool().job(Charge, { maxFails: 2 }, (job) => {
      job.argString('card');
    });
    await pool.drain();
    await pool.stop();
    const all = await everything();
    expect(all).toContain('(encrypted, a object)');
    expect(all).not.toContain(SECRET);
    expect(all).not.toContain('4242');
  });

  it('survives retries, deaths and a Go process that rewrites it', async () => {
    let fails = true;
    const seen: unknown[] = [];
    const pool = aPool().job(Charge, { maxFails: 1 }, (job) => {
      if (fails) throw new Error('declined');
      seen.push(job.args);
    });
    await enqueuer.enqueue(Charge, CHARGE);
    await pool.drain();
    fails = false;
    expect((await client.dead.runAll()).done).toBe(1);
    await pool.drain();
    await enqueuer.enqueue(Charge, CHARGE, { in: '1h' });
    const [entry = ''] = await space.redis.zrange(space.keys.scheduled, '0', '0');
    const text = String(rewriteEntry(entry, { enqueuedAt: 5 }));
    // As gocraft/work's requeuer writes it: through cjson, with other escapes.
    await space.redis.lpush(space.keys.queue('charge'), text.replaceAll('/', '\\/'));
    await pool.drain();
    // Under an earlier name of the job.
    const old = new Enqueuer({ ...space.options, encryption: { keys: [k1] } });
    await old.enqueue(defineJob('charge_card', { encrypt: ['card.number'] }), CHARGE);
    await old.close();
    await pool.drain();
    expect(seen).toEqual([CHARGE, CHARGE, CHARGE]);
  });

  it('is decrypted with an old key while it is among the keys', async () => {
    const seen: unknown[] = [];
    await enqueuer.enqueue(Charge, CHARGE);
    const pool = aPool({ encryption: { keys: [k2, k1] } });
    await pool.job(Charge, (job) => seen.push(job.args)).drain();
    expect(seen).toEqual([CHARGE]);
  });

  it('whose key is missing is retried, says so, and is never lost', async () => {
    const ran: unknown[] = [];
    const handler = (job: Job<unknown>): void => void ran.push(job.args);
    const { id } = await enqueuer.enqueue(Charge, CHARGE);
    const [raw = ''] = await space.queue('charge');
    const failing = aPool({ encryption: { keys: [k2] } });
    await failing.job(Charge, { maxFails: 2, skipDead: true, backoff: () => 0 }, handler).drain();
    await eventually(async () => expect((await client.dead.list()).jobs).toHaveLength(1));
    await failing.stop();
    const [dead] = (await client.dead.list()).jobs;
    expect(dead?.job).toMatchObject({ id, fails: 2 });
    expect(dead?.job?.lastError).toContain(
      'Job "charge": argument "card.number" is encrypted with key "k1"',
    );
    expect(dead?.job?.args).toEqual((JSON.parse(raw) as { args: unknown }).args);
    expect(ran).toEqual([]);
    const pool = aPool().job(Charge, handler);
    await client.dead.runAll();
    await pool.drain();
    expect(ran).toEqual([CHARGE]);
  });

  it('needs keys where it is enqueued and where its handler is registered', async () => {
    const keyless = new Enqueuer(space.options);
    await expect(keyless.enqueue(Charge, CHARGE)).rejects.toThrow(NoEncryptionKeyError);
    await expect(keyless.enqueueMany([Charge.with(CHARGE)])).rejects.toThrow(NoEncryptionKeyError);
    await keyless.close();
    expect(await space.queue('charge')).toEqual([]);
    const pool = aPool({ encryption: undefined });
    expect(() => pool.job(Charge, () => undefined)).toThrow(NoEncryptionKeyError);
  });

  it('cannot be enqueued by a schedule', () => {
    const options = { args: CHARGE };
    expect(() => aPool().periodicallyEnqueue('@daily', Charge, options)).toThrow(
      InvalidOptionError,
    );
    const Plain = defineJob<{ user?: number; card?: string }>('plain', { encrypt: ['card'] });
    aPool().periodicallyEnqueue('@daily', Plain, { args: { user: 1 } });
  });
});

describe('a unique job with encrypted fields', () => {
  it('prevents a duplicate, and takes over the arguments of one with its key', async () => {
    const [first, second] = [CHARGE, { ...CHARGE, user: 8 }];
    const statuses: string[] = [];
    for (const args of [first, second, first]) {
      statuses.push((await enqueuer.enqueue(Charge, args, { unique: true })).status);
    }
    const by = { unique: { key: { number: SECRET } } };
    for (const args of [first, second]) {
      statuses.push((await enqueuer.enqueue(Charge, args, by)).status);
    }
    expect(statuses).toEqual(['enqueued', 'enqueued', 'duplicate', 'enqueued', 'updated']);
    const seen: number[] = [];
    await aPool()
      .job(Charge, (job) => seen.push(job.args.user))
      .drain();
    expect(seen).toEqual([7, 8, 8]);
  });

  it('has a claim that does not tell its arguments, also to somebody who guesses them', async () => {
    await enqueuer.enqueue(Charge, CHARGE, { unique: true });
    const keys = await space.redis.keys(`${space.namespace}:unique:*`);
    expect(keys).toEqual([expect.stringMatching(/:unique:charge:\{"digest":"k1:[\w-]{43}"\}\n$/)]);
    const other = new Enqueuer({ ...space.options, encryption: { keys: [aKey('k1')] } });
    await other.enqueue(Charge, CHARGE, { unique: true });
    await other.close();
    expect(await space.redis.keys(`${space.namespace}:unique:*`)).toHaveLength(2);
  });
});

interface Secretive {
  readonly n: number;
  readonly ssn: string;
  readonly deep: { readonly pin: number };
}

describe('the messages of a schema', () => {
  const WRONG = { ssn: SECRET, n: 'x', deep: { pin: SECRET } };
  const issuesOf = (error: unknown): string => JSON.stringify((error as JobContractError).issues);

  const contracts: readonly (readonly [string, JobContract<Secretive>])[] = [
    [
      'zod',
      of(z.object({ ssn: z.literal('a'), n: z.number(), deep: z.object({ pin: z.number() }) })),
    ],
    [
      'valibot',
      of(v.object({ ssn: v.literal('a'), n: v.number(), deep: v.object({ pin: v.number() }) })),
    ],
    ['arktype', of(type({ ssn: "'a'", n: 'number', deep: { pin: 'number' } }))],
    ['a whole', of(type({ ssn: "'a'", n: 'number', deep: 'number' }))],
  ];

  function of(schema: unknown): JobContract<Secretive> {
    const typed = schema as StandardSchema<Secretive>;
    return defineJob('secretive', typed, { encrypt: ['ssn', 'deep.pin'] });
  }

  it.each(contracts)('of %s do not quote an encrypted field', async (_, contract) => {
    const enqueued = await enqueuer
      .enqueue(contract, WRONG as never)
      .catch((error: unknown) => error);
    expect(enqueued).toBeInstanceOf(InvalidJobArgsError);
    expect(`${String(enqueued)}${issuesOf(enqueued)}`).not.toContain(SECRET);
    expect(String(enqueued)).toContain('args.ssn: is invalid (the message is hidden');
    const read = await contract.read(WRONG).catch((error: unknown) => error);
    expect(read).toBeInstanceOf(JobContractError);
    expect(`${String(read)}${issuesOf(read)}`).not.toContain(SECRET);
    expect(String(read)).toMatch(/args\.n: (?!is invalid)/);
  });

  it('do not quote fields of older arguments either', async () => {
    const New = defineJob('secretive', type({ person: { ssn: "'a'" } }), {
      encrypt: ['person.ssn'],
    }).upgrade(type({ ssn: 'string' }), ({ ssn }) => ({ person: { ssn: ssn as 'a' } }), {
      encrypt: ['ssn'],
    });
    expect(New.encrypt).toEqual(['person.ssn', 'ssn']);
    const error = await New.read({ ssn: SECRET }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ when: 'upgraded' });
    expect(`${String(error)}${issuesOf(error)}`).not.toContain(SECRET);
  });
});

it('older arguments are decrypted before they are upgraded', async () => {
  const Old = defineJob('moved', z.object({ ssn: z.string() }), { encrypt: ['ssn'] });
  const New = defineJob('moved', z.object({ person: z.object({ ssn: z.string() }) }), {
    encrypt: ['person.ssn'],
  }).upgrade(z.object({ ssn: z.string() }), (person) => ({ person }), { encrypt: ['ssn'] });
  await enqueuer.enqueue(Old, { ssn: SECRET });
  await enqueuer.enqueue(New, { person: { ssn: SECRET } });
  expect(await everything()).not.toContain(SECRET);
  const seen: unknown[] = [];
  await aPool()
    .job(New, (job) => seen.push(job.args))
    .drain();
  expect(seen).toEqual(Array(2).fill({ person: { ssn: SECRET } }));
});

it.each([[['']], [['a', 'a']], [['a..b']], [[1]], ['a'], [[Symbol.iterator]]])(
  'fields %p are refused',
  (encrypt) => {
    const options = { encrypt } as never;
    expect(() => defineJob('job', options)).toThrow(InvalidOptionError);
  },
);
