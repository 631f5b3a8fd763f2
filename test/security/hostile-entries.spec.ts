import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, defineJob, Enqueuer, silentLogger, WorkerPool } from '@nestcraft/work';
import { z } from 'zod';
import { TestNamespace } from '../../packages/engine/src/testing/test-redis.js';
import { eventually } from '../support/eventually.js';

const DEPTH = 100_000;
const DEEP = `${'[['.repeat(DEPTH)}${']]'.repeat(DEPTH)}`;

let space: TestNamespace;
let client: Client;
let pool: WorkerPool;

beforeEach(() => {
  space = new TestNamespace();
  client = new Client(space.options);
  pool = new WorkerPool({ ...space.options, logger: silentLogger });
});

afterEach(async () => {
  await pool.stop();
  client.close();
  await space.close();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

/** Puts an entry into Redis as any writer can, past all checks. */
async function put(name: string, args: string, rest = ''): Promise<void> {
  await space.redis.sadd(space.keys.knownJobs, name);
  const entry = `{"name":"${name}","id":"x","t":1,"args":${args}${rest}}`;
  await space.redis.lpush(space.keys.queue(name), entry);
}

const deadOf = async (): Promise<(string | undefined)[]> =>
  (await client.dead.list()).jobs.map(({ job }) => job?.lastError);

describe('arguments that were written past all limits', () => {
  it('run, however deep, and keep their bytes', async () => {
    let runs = 0;
    pool.job('deep', { backoff: () => 3_600_000 }, ({ args }) => {
      runs++;
      JSON.stringify(args); // Recursive code of a handler fails, and with it the job.
    });
    await put('deep', `{"a":${DEEP}}`);
    await pool.drain();
    await eventually(async () => expect(await space.redis.zcard(space.keys.retry)).toBe(1));
    const [entry = ''] = await space.redis.zrange(space.keys.retry, '0', '0');
    expect(entry).toContain(`"args":{"a":${DEEP}}`);
    expect(entry).toContain('Maximum call stack size exceeded');
    expect(runs).toBe(1);
    expect((await client.retries.list()).jobs[0]?.job?.name).toBe('deep');
    expect(await client.integrity()).toBeDefined();
  });

  it('fail a job whose schema cannot follow them', async () => {
    const Deep = defineJob('deep', z.object({ a: z.json() }), { encrypt: ['a'] });
    pool = new WorkerPool({
      ...{ ...space.options, logger: silentLogger },
      encryption: { keys: [{ id: 'k', key: Buffer.alloc(32) }] },
    });
    await put('deep', `{"a":${DEEP}}`);
    await pool.job(Deep, { maxFails: 1 }, () => undefined).drain();
    await eventually(async () => expect(await deadOf()).toHaveLength(1));
  });

  it('do not stop a pool where a unique job has no key but its arguments', async () => {
    await put('deep', `{"a":${DEEP}}`, ',"unique":true');
    await put('deep', '{"a":1e999}', ',"unique":true');
    await put('other', '{}');
    const ran: string[] = [];
    pool.job('deep', ({ name }) => ran.push(name)).job('other', ({ name }) => ran.push(name));
    await pool.start();
    await eventually(() => expect(ran).toContain('other'));
    await eventually(async () => expect(await space.lock('deep')).toBe(0));
    expect(ran.filter((name) => name === 'deep')).toHaveLength(2);
    expect((await pool.health()).status).toBe('up');
  });

  it('are refused where they are enqueued', async () => {
    await using enqueuer = new Enqueuer(space.options);
    let args: object = {};
    for (let depth = 0; depth < 201; depth++) args = { args };
    await expect(enqueuer.enqueue('deep', args)).rejects.toThrow('deeper than 200 levels');
    const large = { text: 'x'.repeat(1024 * 1024) };
    await expect(enqueuer.enqueue('large', large)).rejects.toThrow('more than 1048576 bytes');
  });
});

describe('a property named __proto__', () => {
  const POISON = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"n":1}';

  it('stays a property of the arguments, and changes no object', async () => {
    const seen: object[] = [];
    pool.middleware((job, next) => {
      seen.push(job.args);
      return next();
    });
    pool.job('poison', { backoff: () => 0 }, (job) => {
      seen.push(job.args);
      expect(Object.getPrototypeOf(job.args)).toBe(Object.prototype);
      expect(Object.hasOwn(job.args, '__proto__')).toBe(true);
      if (job.fails === 0) throw new Error('once more');
    });
    await put('poison', POISON);
    await pool.drain();
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen.map((args) => JSON.stringify(args))).toEqual(Array(4).fill(POISON));
    expect({}).not.toHaveProperty('polluted');
  });

  it('does not pass a schema that does not name it', async () => {
    const Poison = defineJob('poison', z.object({ n: z.number() }));
    const seen: unknown[] = [];
    await put('poison', POISON);
    await pool.job(Poison, ({ args }) => seen.push(args)).drain();
    expect(seen.map((args) => JSON.stringify(args))).toEqual(['{"n":1}']);
  });
});

it('names of the members of Object.prototype have no handler', async () => {
  const names = Object.getOwnPropertyNames(Object.prototype);
  for (const name of names) await put(name, '{}');
  const ran: string[] = [];
  await put('real', '{}');
  await pool.job('real', ({ name }) => ran.push(name)).drain();
  expect(ran).toEqual(['real']);
  for (const name of names) expect(await space.queue(name)).toHaveLength(1);
});
