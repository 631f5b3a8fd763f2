import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADAPTERS, Dashboards, deadEntry, OWN, problem, send } from '../testing/dashboards.js';

let dashboards: Dashboards;

beforeEach(() => {
  dashboards = new Dashboards();
});

afterEach(() => dashboards.close());

/** What is answered, as it comes: `fetch` unpacks. */
async function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: IncomingMessage['headers']; body: Buffer }> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { headers: response.headers, body: Buffer.concat(chunks) };
}

describe.each(ADAPTERS)('with %s', (_name, fastify) => {
  it.each<[string, string]>([
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['a text', '"x"'],
    ['what is no JSON', '{"seconds":'],
  ])('a body that is %s is a fault of the client', async (_what, body) => {
    const url = await dashboards.serve({}, { fastify });
    for (const path of ['jobs/dead/delete-all', 'queues/n/limit', 'jobs/cancel']) {
      const response = await fetch(`${url}/api/${path}`, { method: 'POST', headers: OWN, body });
      expect([path, response.status]).toEqual([path, 400]);
    }
  });

  it('changes nothing if no middleware reads the body', async () => {
    const { redis, namespace } = dashboards;
    await redis.zadd(`${namespace}:dead`, 1, deadEntry('1'));
    if (fastify) return; // which always reads JSON
    const url = await dashboards.serve({}, { bodyParser: false });
    const response = await send(`${url}/api/jobs/dead/delete-all`, { name: 'other' });
    expect(await problem(response)).toEqual({ status: 400, code: 'invalid' });
    expect(await redis.zcard(`${namespace}:dead`)).toBe(1);
  });

  it.each([
    'a.b/c',
    'x'.repeat(250),
    'queue%',
    '%2e%2e',
    'R&D #1?',
    'a b+c',
    'ünï😀',
    'periodic:reports.weekly:CRON_TZ=America/Argentina/Buenos_Aires 30 6 * * MON-FRI:1700000000'.repeat(
      2,
    ),
  ])('the name and the id "%s" are reached', async (name) => {
    const url = await dashboards.serve({}, { fastify });
    const { redis, namespace } = dashboards;
    const at = encodeURIComponent(name);
    await redis.lpush(`${namespace}:jobs:${name}`, deadEntry(name, '{}', { name }));
    await redis.zadd(`${namespace}:dead`, 5, deadEntry(name, '{}', { name }));
    const waiting = await fetch(`${url}/api/queues/${at}/jobs`);
    expect(await waiting.json()).toMatchObject({ total: 1, jobs: [{ id: name, name }] });
    for (const path of [`queues/${at}/jobs/1/${at}`, `jobs/dead/5/${at}`]) {
      expect(await (await fetch(`${url}/api/${path}`)).json()).toMatchObject({ id: name, name });
      expect((await fetch(`${url}/api/${path}/entry`)).status).toBe(200);
    }
    expect((await send(`${url}/api/queues/${at}/pause`)).status).toBe(204);
    expect(await redis.exists(`${namespace}:jobs:${name}:paused`)).toBe(1);
  });

  it.each(['.', '..', '~.', '~..', '~~..'])('the name "%s" is sent with a ~', async (name) => {
    const url = await dashboards.serve({}, { fastify });
    const { redis, namespace } = dashboards;
    await redis.zadd(`${namespace}:dead`, 5, deadEntry(name));
    await redis.lpush(`${namespace}:jobs:${name}`, deadEntry('1', '{}', { name }));
    const job = await fetch(`${url}/api/jobs/dead/5/~${name}`);
    expect(await job.json()).toMatchObject({ id: name });
    const waiting = await fetch(`${url}/api/queues/~${name}/jobs`);
    expect(await waiting.json()).toMatchObject({ total: 1 });
  });

  it.each(['n:pool:inprogress', 'n:paused', 'n:lock', 'a,b', 'a\nb'])(
    'the name "%s" leads to no list',
    async (name) => {
      const url = await dashboards.serve({}, { fastify });
      const { redis, namespace } = dashboards;
      await redis.lpush(`${namespace}:jobs:${name}`, deadEntry('1'));
      const queue = `${url}/api/queues/${encodeURIComponent(name)}`;
      const jobs = [{ position: 1, id: '1' }];
      const answers = [
        ...[await fetch(`${queue}/jobs`), await fetch(`${queue}/jobs/1/1`)],
        ...[await send(`${queue}/empty`), await send(`${queue}/delete`, { jobs })],
        ...[await send(`${queue}/pause`), await send(`${queue}/resume`)],
        ...[await send(`${queue}/limit`, { limit: 1 }), await fetch(`${queue}/jobs/1/1/entry`)],
      ];
      for (const answer of answers) {
        expect(await problem(answer)).toEqual({ status: 400, code: 'invalid' });
      }
      expect(await redis.llen(`${namespace}:jobs:${name}`)).toBe(1);
    },
  );

  it('slashes at the end do no harm', async () => {
    for (const prefix of ['', 'v1']) {
      const url = await dashboards.serve({ path: 'admin/jobs' }, { fastify, prefix });
      for (const path of ['', '/', '/?x=1', '/app', '/app/']) {
        const page = await fetch(url + path);
        expect([path, page.status, page.url]).toEqual([path, 200, `${url}/app`]);
        expect(await page.text()).toMatch(/^<!doctype html>/i);
      }
      expect((await fetch(`${url}/api/me/`)).status).toBe(200);
    }
  });

  it('the files of the page come packed, are kept for long, and those that are not there are not', async () => {
    const url = await dashboards.serve({}, { fastify });
    const script = /assets\/[^"]+\.js/.exec(await (await fetch(`${url}/app`)).text())?.[0] ?? '';
    const plain = await raw(`${url}/${script}`, {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['cache-control']).toContain('immutable');
    for (const [accepted, encoding, unpack] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip;q=1, br;q=0', 'gzip', gunzipSync],
    ] as const) {
      const packed = await raw(`${url}/${script}`, { 'accept-encoding': accepted });
      expect(packed.headers).toMatchObject({
        'content-encoding': encoding,
        vary: 'Accept-Encoding',
      });
      expect(packed.body.length).toBeLessThan(plain.body.length / 2);
      expect(unpack(packed.body)).toEqual(plain.body);
    }
    const missing = await fetch(`${url}/assets/index-OLD.js`);
    expect(missing.headers.get('cache-control')).toBe('no-store');
    expect(await problem(missing)).toEqual({ status: 404, code: 'not_found' });
  });

  it.each<[string, string, string | null]>([
    ['milliseconds', '1796036000000', '1796036000000'],
    ['microseconds', '1796036000000000', 'null'],
    ['infinity', 'inf', 'null'],
    ['minus infinity', '-inf', 'null'],
  ])('a job with a time in %s is shown, run and deleted', async (_what, score, at) => {
    const url = await dashboards.serve({}, { fastify });
    const { redis, namespace } = dashboards;
    await redis.sadd(`${namespace}:known_jobs`, 'n');
    for (const id of ['1', '2'])
      await redis.call('ZADD', `${namespace}:dead`, score, deadEntry(id));
    const { jobs } = (await (await fetch(`${url}/api/jobs/dead`)).json()) as {
      jobs: { at: number | null; id: string }[];
    };
    expect(jobs.map((job) => String(job.at))).toEqual([at, at]);
    expect(await (await fetch(`${url}/api/jobs/dead/${at}/1`)).json()).toMatchObject({ id: '1' });
    const [one, two] = jobs;
    const run = await send(`${url}/api/jobs/dead/run`, { jobs: [one] });
    expect(await run.json()).toEqual({ results: ['enqueued'] });
    const deleted = await send(`${url}/api/jobs/dead/delete`, { jobs: [two] });
    expect(await deleted.json()).toEqual({ results: ['deleted'] });
  });

  it('odd heartbeats and results leave the schedules readable', async () => {
    const url = await dashboards.serve({}, { fastify });
    const { redis, namespace } = dashboards;
    await redis.sadd(`${namespace}:worker_pools`, 'p', 'q');
    const good = { id: 's', jobName: 'n', spec: 'no spec' };
    const schedules = JSON.stringify([null, 7, {}, { id: 1 }, good]);
    await redis.hset(`${namespace}:worker_pools:p`, { heartbeat_at: 1, schedules });
    await redis.hset(`${namespace}:worker_pools:q`, { heartbeat_at: 1, schedules: '7' });
    await redis.hset(`${namespace}:nestcraft:last_results`, 's', '{"error":7}');
    const answer = await fetch(`${url}/api/periodic`);
    expect(await answer.json()).toMatchObject({ schedules: [{ id: 's', next: [] }] });
    for (const argsText of ['no JSON', '7', '"x"']) {
      const odd = JSON.stringify([{ ...good, overlap: 'allow', argsText }]);
      await redis.hset(`${namespace}:worker_pools:p`, { schedules: odd });
      const run = await send(`${url}/api/periodic/run`, { id: 's' });
      expect(await problem(run)).toEqual({ status: 400, code: 'invalid' });
    }
  });

  it('finds a job again that has moved further than a page', async () => {
    const url = await dashboards.serve({}, { fastify });
    const { redis, namespace } = dashboards;
    const ids = Array.from({ length: 1_500 }, (_, i) => deadEntry(String(i + 1)));
    await redis.lpush(`${namespace}:jobs:n`, ...ids);
    await redis.rpop(`${namespace}:jobs:n`, 500);
    const job = await fetch(`${url}/api/queues/n/jobs/1001/1001`);
    expect(await job.json()).toMatchObject({ id: '1001', position: 501 });
    const jobs = [{ position: 1001, id: '1001' }];
    const deleted = await send(`${url}/api/queues/n/delete`, { jobs });
    expect(await deleted.json()).toEqual({ results: ['deleted'] });
  });
});
