import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Enqueuer, NotConnectedError, silentLogger, WorkerPool } from '@nestcraft/work';
import { Redis, type RedisOptions } from 'ioredis';
import { eventually } from '../support/eventually.js';
import { pem, pemFile, TlsRedis } from '../support/tls-redis.js';

const ENQUEUE = fileURLToPath(new URL('../fixtures/enqueue.mjs', import.meta.url));
const ca = pem('ca.pem');
const client = { cert: pem('client.pem'), key: pem('client.key') };

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Runs a job, with everything that has a connection of its own. */
async function runJob(redis: RedisOptions | string): Promise<WorkerPool> {
  // Another pool of the namespace could take the job.
  const source = { redis, namespace: `test-tls-${randomUUID()}` };
  const enqueuer = new Enqueuer({ ...source, logger: silentLogger });
  const ran: unknown[] = [];
  const pool = new WorkerPool({ ...source, logger: silentLogger }).job('job', (job) => {
    ran.push(job.args);
  });
  const reader = new Client(source);
  closing.push(
    () => reader.close(),
    () => enqueuer.close(),
    () => pool.stop(),
  );
  await pool.start();
  await enqueuer.enqueue('job', { n: 1 });
  await eventually(() => expect(ran).toEqual([{ n: 1 }]));
  expect(await reader.queues.list()).toMatchObject([{ jobName: 'job', count: 0 }]);
  return pool;
}

async function failureOf(redis: RedisOptions | string, commandTimeout = 5_000): Promise<Error> {
  const source = { redis, namespace: 'test-tls', commandTimeout };
  const enqueuer = new Enqueuer({ ...source, logger: silentLogger });
  closing.push(() => enqueuer.close());
  const error: unknown = await enqueuer.enqueue('job').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    name: 'EnqueueRejectedError',
    cause: expect.any(NotConnectedError),
  });
  return error as Error;
}

describe.each([
  ['TLS', false],
  ['mutual TLS', true],
])('a Redis with %s', (_, mutual) => {
  let server: TlsRedis;
  let right: RedisOptions;

  beforeAll(async () => {
    server = await TlsRedis.start({ mutual });
    const tls = mutual ? { ca, ...client } : { ca };
    right = { host: '127.0.0.1', port: server.port, tls };
  });

  afterAll(() => server.stop());

  it('runs jobs, over every kind of connection', async () => {
    await runJob(right);
    const admin = new Redis(server.redis.url);
    closing.push(() => admin.disconnect());
    await eventually(async () => {
      const list = String(await admin.client('LIST'));
      const names = [...list.matchAll(/name=nestcraft:(\w+)/g)].map(([, name]) => name);
      expect([...new Set(names)].sort()).toEqual([
        'client',
        'enqueuer',
        'heartbeat',
        'pool',
        'waker',
      ]);
    });
  });

  it('is used again once it is back', async () => {
    const pool = await runJob(right);
    await server.redis.restart();
    await eventually(async () => expect((await pool.health()).status).toBe('up'));
    await runJob(right);
  });

  it('with a certificate of an unknown authority is refused at once, with the reason', async () => {
    for (const tls of [
      { ...right.tls, ca: pem('other-ca.pem') },
      { ...right.tls, ca: undefined },
    ]) {
      const { message } = await failureOf({ ...right, tls });
      expect(message).toMatch(/certificate/);
      expect(message).toContain('pass that authority as tls: { ca }');
    }
  });

  it('with a certificate of another host is refused, with the reason', async () => {
    const { message } = await failureOf({ ...right, tls: { ...right.tls, servername: 'other' } });
    expect(message).toContain('Its certificate names other hosts');
  });

  it('with a wrong certificate leaves a pool waiting, which says why', async () => {
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    const redis = { ...right, tls: { ...right.tls, ca: pem('other-ca.pem') } };
    const logger = { log: note, warn: note, error: note };
    const pool = new WorkerPool({ redis, namespace: 'test-tls', logger });
    closing.push(() => pool.stop());
    await pool.job('job', () => undefined).start();
    expect((await pool.health()).status).toBe('down');
    expect(lines.join('\n')).toContain('pass that authority as tls: { ca }');
  });

  it('is reached by its URL, with an authority that Node knows', async () => {
    if (mutual) return; // A URL cannot contain a certificate.
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: pemFile('ca.pem') };
    const program = promisify(execFile)(process.execPath, [ENQUEUE, server.url], { env });
    expect((await program).stdout.trim()).toBe('1');
    const { message } = await failureOf(server.url);
    expect(message).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('does not make a client wait for longer than its calls may take if only one speaks TLS', async () => {
    const withoutTls = { host: '127.0.0.1', port: server.port };
    await failureOf(withoutTls, 300);
    await failureOf(server.redis.url.replace('redis:', 'rediss:'), 300);
  });
});

it('a Redis that asks for a certificate refuses clients without one, with the reason', async () => {
  const server = await TlsRedis.start({ mutual: true });
  closing.push(() => server.stop());
  const { message } = await failureOf({ host: '127.0.0.1', port: server.port, tls: { ca } });
  // Redis closes the connection behind its reason, which the operating system may then discard.
  expect(message).toMatch(/It accepts only clients whose certificate it trusts|ECONNRESET|EPIPE/);
});
