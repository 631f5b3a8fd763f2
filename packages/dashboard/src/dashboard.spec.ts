import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  Module,
  VersioningType,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Client,
  Enqueuer,
  InvalidOptionError,
  silentLogger,
  WorkModule,
  type BulkOptions,
  type BulkResult,
} from '@nestcraft/work';
import { Redis } from 'ioredis';
import { eventually } from '../../../test/support/eventually.js';
import type { WorkDashboardExtras, WorkDashboardOptions } from './options/dashboard-options.js';
import { WorkDashboardModule } from './dashboard.module.js';
import { OPENAPI } from './controllers/openapi.js';
import { BulkTasks } from './bulk/bulk-tasks.js';

const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';
const ADMIN_REDIS = process.env.NESTCRAFT_TEST_ADMIN_URL ?? '';
const OWN = { 'content-type': 'application/json', 'x-nestcraft': '1' };

let namespace: string;
let apps: INestApplication[];
let redis: Redis;

beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  apps = [];
  redis = new Redis(ADMIN_REDIS);
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  redis.disconnect();
});

/** Serves the dashboard; returns the address that it is at. */
async function serve(
  options: WorkDashboardOptions & WorkDashboardExtras = {},
  { fastify = false, prefix = '' } = {},
): Promise<string> {
  @Module({
    imports: [
      WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger }),
      WorkDashboardModule.forRoot({ insecureAllowAll: !options.authenticate, ...options }),
    ],
  })
  class AppModule {}
  const adapter = fastify ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(AppModule, adapter, {
    logger: false,
    abortOnError: false,
  });
  if (prefix !== '') app.setGlobalPrefix(prefix);
  await app.listen(0, '127.0.0.1');
  apps.push(app);
  return `${await app.getUrl()}/${prefix === '' ? '' : `${prefix}/`}${options.path ?? 'work'}`;
}

function enqueuer(): Enqueuer {
  const [app] = apps;
  if (!app) throw new Error('no app');
  return app.get(Enqueuer);
}

async function getJson<Body>(url: string): Promise<Body> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

function send(
  url: string,
  body: object = {},
  headers: Record<string, string> = OWN,
): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function problem(response: Response): Promise<{ status: number; code: string }> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code };
}

const dead = (id: string, args = '{}'): string =>
  `{"name":"n","id":"${id}","t":1,"args":${args},"fails":4,"err":"boom","failed_at":5,"backtrace":"    at x"}`;

describe.each([
  ['Express', { fastify: false }],
  ['Fastify', { fastify: true }],
  ['a global prefix', { prefix: 'api/v1' }],
])('the dashboard with %s', (_name, how) => {
  it('serves its page, which names everything relative to itself', async () => {
    const url = await serve({ path: 'admin/jobs' }, how);
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const [, nonce = ''] = /script-src 'nonce-([\w+/=]+)'/.exec(policy) ?? [];
    expect(nonce).not.toBe('');
    expect(html.match(/<(script|link)\b/g)).toEqual(
      html.match(/<(script|link) nonce="[^"]+"/g)?.map((tag) => tag.split(' ')[0]),
    );
    expect(html).toContain(`<script nonce="${nonce}"`);
    expect((await fetch(url)).headers.get('content-security-policy')).not.toContain(nonce);
    const api = await fetch(`${url.replace(/app$/, '')}/api/me`);
    expect(api.headers.get('content-security-policy')).not.toContain('script-src');
    const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(html) ?? [];
    const asset = await fetch(`${url}/${script}`);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('content-type')).toContain('text/javascript');
    expect((await fetch(`${url}/assets/..%2findex.html`)).status).toBe(404);
    expect((await fetch(`${url}/assets/..%2f..%2fpackage.json`)).status).toBe(404);
  });

  it('shows queues, and pauses, limits and empties them', async () => {
    const url = await serve({}, how);
    await enqueuer().enqueueMany([
      { name: 'a.b/c' },
      { name: 'a.b/c', args: { n: 9007199254740993n } },
    ]);
    const queue = `${url}/api/queues/${encodeURIComponent('a.b/c')}`;
    expect((await send(`${queue}/pause`, { seconds: 60 })).status).toBe(204);
    expect((await send(`${queue}/limit`, { limit: 3 })).status).toBe(204);
    const snapshot = await getJson<{ queues: unknown[] }>(`${url}/api/snapshot`);
    expect(snapshot.queues).toMatchObject([
      { jobName: 'a.b/c', count: 2, paused: true, maxConcurrency: 3, pools: 0 },
    ]);
    const waiting = await getJson(`${queue}/jobs`);
    expect(waiting).toMatchObject({
      total: 2,
      jobs: [
        { position: 1, args: 'null' },
        { position: 2, args: '{"n":9007199254740993}' },
      ],
    });
    expect((await send(`${queue}/resume`)).status).toBe(204);
    expect((await send(`${queue}/empty`)).status).toBe(202);
    await eventually(async () => expect(await redis.llen(`${namespace}:jobs:a.b/c`)).toBe(0));
  });

  it('shows dead jobs, to the byte, and retries and deletes some or all', async () => {
    const url = await serve({}, how);
    await redis.sadd(`${namespace}:known_jobs`, 'n');
    const args = '{"big":9007199254740993,"e":[],"s":"<img src=x onerror=alert(1)>"}';
    for (const [index, id] of ['1', '2', 'periodic:n:*/5 * * * *:60', '4'].entries()) {
      await redis.zadd(`${namespace}:dead`, 10 + index, dead(id, args));
    }
    await redis.zadd(`${namespace}:dead`, 99, 'not JSON');
    const page = await getJson<{ jobs: object[] }>(`${url}/api/jobs/dead?order=asc`);
    expect(page).toMatchObject({ total: 5 });
    expect(page.jobs[0]).toMatchObject({ at: 10, id: '1', fails: 4, error: 'boom', args });
    expect(page.jobs[4]).toMatchObject({ broken: true, args: 'not JSON' });
    const id = 'periodic:n:*/5 * * * *:60';
    const detail = await getJson(`${url}/api/jobs/dead/12/${encodeURIComponent(id)}`);
    const newest = await getJson(`${url}/api/jobs/dead?limit=1&name=n`);
    expect(newest).toMatchObject({ from: 0, seen: 2, next: 2, jobs: [{ id: '4' }] });
    const since = await getJson(`${url}/api/jobs/dead?order=asc&at=13&limit=1`);
    expect(since).toMatchObject({ from: 3, next: 4, jobs: [{ id: '4' }] });
    expect(detail).toMatchObject({ id, args, backtrace: '    at x', text: dead(id, args) });
    const retried = await send(`${url}/api/jobs/dead/run`, {
      jobs: [
        { at: 12, id },
        { at: 12, id: 'none' },
      ],
    });
    expect(await retried.json()).toEqual({ results: ['enqueued', 'notFound'] });
    const deleted = await send(`${url}/api/jobs/dead/delete`, { jobs: [{ at: 10, id: '1' }] });
    expect(await deleted.json()).toEqual({ results: ['deleted'] });
    expect((await send(`${url}/api/jobs/dead/run-all`)).status).toBe(202);
    await eventually(async () => expect(await redis.llen(`${namespace}:jobs:n`)).toBe(3));
    expect((await send(`${url}/api/jobs/dead/delete-all`)).status).toBe(202);
    await eventually(async () => expect(await redis.zcard(`${namespace}:dead`)).toBe(0));
  });

  it('shows and deletes entries that are not jobs, in a list and in a queue', async () => {
    const url = await serve({}, how);
    await redis.zadd(`${namespace}:dead`, 10, 'not JSON');
    await redis.lpush(`${namespace}:jobs:n`, '[]');
    for (const [list, path] of [
      ['jobs/dead', 'jobs/dead/10'],
      ['queues/n/jobs', 'queues/n/jobs/1'],
    ]) {
      const { jobs } = await getJson<{ jobs: { id: string }[] }>(`${url}/api/${list}`);
      const [{ id } = { id: '' }] = jobs;
      expect(await getJson(`${url}/api/${path}/${id}`)).toMatchObject({ broken: true, id });
      const remove = `${url}/api/${list?.replace(/\/jobs$/, '')}/delete`;
      const deleted = await send(remove, { jobs: [{ at: 10, position: 1, id }] });
      expect(await deleted.json()).toEqual({ results: ['deleted'] });
    }
  });

  it('returns entries byte for byte, and shows the beginning of very long ones', async () => {
    const url = await serve({}, how);
    const long = dead('1', `{"n":12345678901234567890,"s":"${'x'.repeat(70_000)}"}`);
    const odd = Buffer.concat([
      Buffer.from('{"name":"n","id":"2","args":{"s":"'),
      Buffer.from([255]),
      Buffer.from('"}}'),
    ]);
    await redis.zadd(`${namespace}:dead`, 10, long);
    await redis.lpush(`${namespace}:jobs:n`, odd);
    const bytesAt = async (path: string): Promise<Buffer> => {
      const response = await fetch(`${url}/api/${path}/entry`);
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('content-disposition')).toContain('attachment');
      return Buffer.from(await response.arrayBuffer());
    };
    expect((await bytesAt('jobs/dead/10/1')).toString()).toBe(long);
    expect(await bytesAt('queues/n/jobs/1/2')).toEqual(odd);
    const shown = await getJson<{ args: string }>(`${url}/api/jobs/dead/10/1`);
    expect(shown).toMatchObject({ truncated: true, downloadable: true });
    expect(shown.args).toContain('12345678901234567890');
  });

  it('shows and finds running jobs', async () => {
    const url = await serve({}, how);
    const args = `{"n":9007199254740993,"s":"${'x'.repeat(300)}"}`;
    await redis.sadd(`${namespace}:worker_pools`, 'p');
    await redis.hset(`${namespace}:worker_pools:p`, {
      ...{ heartbeat_at: 1, job_names: 'n', host: 'box', pid: 7, worker_ids: 'w1,w2' },
    });
    await redis.hset(`${namespace}:worker:w2`, { job_name: 'n', job_id: 'i', started_at: 3, args });
    expect(await getJson(`${url}/api/running/w2`)).toMatchObject({
      ...{ workerId: 'w2', jobName: 'n', jobId: 'i', startedAt: 3, args, host: 'box', pid: 7 },
    });
    expect(await problem(await fetch(`${url}/api/running/w1`))).toMatchObject({ status: 404 });
    const found = await (await fetch(`${url}/api/search?q=9007199254740993&in=running`)).text();
    expect(found).toMatch(/data: \[\{"set":"running","job":\{"id":"i".*"workerId":"w2"/);
  });

  it('kills a job that waits for its retry, and shows its attempts', async () => {
    const url = await serve({}, how);
    for (const id of ['1', '2', '3']) await redis.zadd(`${namespace}:retry`, 50, dead(id));
    await redis.lpush(
      `${namespace}:nestcraft:attempts:1`,
      JSON.stringify({ at: 5, duration: 12, fails: 4, error: 'boom', host: 'h', pid: 7 }),
    );
    expect(await getJson(`${url}/api/jobs/retry/50/1`)).toMatchObject({
      attempts: [{ at: 5, duration: 12, fails: 4, error: 'boom', host: 'h', pid: 7 }],
    });
    const killed = await send(`${url}/api/jobs/retry/kill`, { jobs: [{ at: 50, id: '1' }] });
    expect(await killed.json()).toEqual({ results: ['killed'] });
    expect(await redis.zrange(`${namespace}:dead`, '0', '-1')).toEqual([dead('1')]);
    expect((await send(`${url}/api/jobs/retry/kill-all`)).status).toBe(202);
    await eventually(async () => expect(await redis.zcard(`${namespace}:dead`)).toBe(3));
  });

  it('deletes waiting jobs', async () => {
    const url = await serve({}, how);
    const { id } = await enqueuer().enqueue('n');
    const answer = await send(`${url}/api/queues/n/delete`, {
      jobs: [
        { position: 1, id },
        { position: 1, id: 'none' },
      ],
    });
    expect(await answer.json()).toEqual({ results: ['deleted', 'notFound'] });
    expect(await redis.llen(`${namespace}:jobs:n`)).toBe(0);
  });

  it('cancels a job that waits, and says when there is none', async () => {
    const url = await serve({}, how);
    const { id } = await enqueuer().enqueue('n');
    const cancel = async (body: object) => (await send(`${url}/api/jobs/cancel`, body)).json();
    expect(await cancel({ id, name: 'n' })).toEqual({ result: 'removed' });
    expect(await redis.llen(`${namespace}:jobs:n`)).toBe(0);
    expect(await cancel({ id, name: 'n' })).toEqual({ result: 'notFound' });
  });

  it('streams snapshots with the progress of bulk tasks', async () => {
    const url = await serve({}, how);
    await enqueuer().enqueue('n');
    const response = await fetch(`${url}/api/events`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader() as
      ReadableStreamDefaultReader<Uint8Array> | undefined;
    let text = '';
    await eventually(async () => {
      text += new TextDecoder().decode((await reader?.read())?.value);
      expect(text).toMatch(/event: snapshot[^]*data: \{.*"jobName":"n","count":1/);
    });
    await reader?.cancel();
  });

  it('searches jobs, and streams hits', async () => {
    const url = await serve({ redact: ({ argsText }) => argsText.replace('s3cr3t', '…') }, how);
    for (let i = 0; i < 700; i++) await redis.zadd(`${namespace}:dead`, i, dead(`id${i}`));
    await redis.zadd(
      `${namespace}:retry`,
      1,
      dead('r', '{"Address":"ADA@example.com","pin":"s3cr3t"}'),
    );
    const search = async (q: string): Promise<string> =>
      (await fetch(`${url}/api/search?q=${q}`)).text();
    const ada = await search('ada%40EXAMPLE');
    expect(ada).toMatch(/event: hits\n(id: \d+\n)?data: \[\{"set":"retry"/);
    expect(ada).toMatch(/event: end\n(id: \d+\n)?data: \{"seen":701,"full":false\}/);
    expect(await search('id69')).toContain('"id":"id699"');
    expect(await search('boom')).toContain('"full":true');
    expect(await search('s3cr3t')).not.toContain('event: hits');
    await enqueuer().enqueueMany([
      { name: 'a', args: { to: 'bob' } },
      { name: 'b', args: { to: 'bob' } },
    ]);
    const bob = await search('bob&in=waiting&name=b');
    expect(bob).toMatch(/data: \[\{"set":"waiting","queue":"b","job":\{"id":"\w+","position":1/);
    expect(bob).toMatch(/event: end\n(id: \d+\n)?data: \{"seen":1,"full":false\}/);
    expect((await fetch(`${url}/api/search?q=x&in=nowhere`)).status).toBe(400);
    expect((await fetch(`${url}/api/search`)).status).toBe(400);
  });

  it('answers the read routes of the Go web UI', async () => {
    const url = await serve({}, how);
    await enqueuer().enqueue('n');
    await redis.zadd(`${namespace}:dead`, 10, dead('1', '{"a":1}'));
    expect(await getJson(`${url}/compat/queues`)).toMatchObject([{ job_name: 'n', count: 1 }]);
    expect(await getJson(`${url}/compat/worker_pools`)).toEqual([]);
    expect(await getJson(`${url}/compat/busy_workers`)).toBeNull();
    expect(await getJson(`${url}/compat/dead_jobs?page=1`)).toEqual({
      count: 1,
      jobs: [
        {
          died_at: 10,
          name: 'n',
          id: '1',
          t: 1,
          args: { a: 1 },
          fails: 4,
          err: 'boom',
          failed_at: 5,
        },
      ],
    });
    expect(await getJson(`${url}/compat/retry_jobs`)).toEqual({ count: 0, jobs: [] });
    expect(await getJson(`${url}/compat/scheduled_jobs`)).toEqual({ count: 0, jobs: [] });
  });
});

/** A proxy that hands on what is below a path, without the path. */
async function behind(path: string, target: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    const { method, headers } = request;
    if (!request.url?.startsWith(`${path}/`)) {
      response.writeHead(404).end();
      return;
    }
    const onward = httpRequest(target + request.url.slice(path.length), { method, headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}${path}`, close: () => server.close() };
}

describe.each([
  ['Express', { fastify: false }],
  ['Fastify', { fastify: true }],
])('behind a proxy that strips a path, with %s', (_name, how) => {
  it('the page finds its files and its API, and may change things', async () => {
    const { origin } = new URL(await serve({}, how));
    const proxy = await behind('/tools', origin);
    try {
      const page = await fetch(`${proxy.url}/work`);
      expect(page.url).toBe(`${proxy.url}/work/app`);
      const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
      expect((await fetch(new URL(script, page.url))).status).toBe(200);
      expect((await fetch(new URL('api/snapshot', page.url))).status).toBe(200);
      const own = { ...OWN, origin: new URL(proxy.url).origin };
      const pause = new URL('api/queues/n/pause', page.url).href;
      expect((await send(pause, {}, own)).status).toBe(204);
    } finally {
      proxy.close();
    }
  });
});

describe('access', () => {
  // Every route that may change something: openapi.spec.ts holds the document against the routes.
  const MUTATIONS = Object.entries(OPENAPI.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'get')
      .map(([method, { 'x-action': action }]) => ({ method: method.toUpperCase(), path, action })),
  );
  const CANCEL = '/bulk-tasks/{id}/cancel';

  /** Work on many jobs that ends when it is cancelled. */
  async function startTask(): Promise<string> {
    const work = ({ signal }: BulkOptions) =>
      new Promise<BulkResult>((resolve) => {
        const ended = { total: 1, seen: 0, done: 0, duplicates: 0, unknown: 0, aborted: true };
        signal?.addEventListener('abort', () => resolve(ended));
      });
    const [bulkTasks] = apps.map((app) => app.get(BulkTasks, { strict: false }));
    const plan = { title: 'delete all', action: 'delete', resource: {}, by: 'ada' } as const;
    return (await bulkTasks?.start(plan, work))?.id ?? '';
  }

  /** Sends what may change something to the dashboard at `url`. */
  async function mutate(url: string, { method, path }: (typeof MUTATIONS)[number], headers = OWN) {
    const values: Record<string, string> = { set: 'dead', name: 'n', id: await startTask() };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name);
    return fetch(`${url}/api${filled}`, { method, headers, body: '{}' });
  }

  it('to a route that makes changes is never granted to viewers, except to cancel a task that they may start', () => {
    const open = MUTATIONS.filter(({ action }) => action === 'view').map(({ path }) => path);
    expect(open).toEqual([CANCEL]);
    expect(MUTATIONS.length).toBeGreaterThan(13);
  });

  it.each(MUTATIONS)('$path needs its permission, on the server', async (mutation) => {
    const action = mutation.path === CANCEL ? 'delete' : mutation.action;
    const url = await serve({
      authenticate: () => 'ada',
      authorize: (user, wanted) => user === 'ada' && wanted !== action,
    });
    expect(await problem(await mutate(url, mutation))).toEqual({ status: 403, code: 'forbidden' });
    const me = await getJson<{ actions: string[] }>(`${url}/api/me`);
    expect(me.actions).toContain('view');
    expect(me.actions).not.toContain(action);
  });

  it.each(MUTATIONS)('$path is refused where all is read-only', async (mutation) => {
    const url = await serve({ readOnly: true });
    expect(await problem(await mutate(url, mutation))).toEqual({ status: 403, code: 'forbidden' });
    expect(await getJson(`${url}/api/me`)).toEqual({
      actions: ['view', 'viewArgs'],
      readOnly: true,
      namespace,
    });
  });

  it.each(MUTATIONS)('$path is refused to the page of another site', async (mutation) => {
    const url = await serve();
    const headers = { ...OWN, 'sec-fetch-site': 'cross-site' };
    expect(await problem(await mutate(url, mutation, headers))).toEqual({
      ...{ status: 403, code: 'cross_site' },
    });
  });

  it.each<[string, Record<string, string>, number]>([
    ['of its own page', { ...OWN, 'sec-fetch-site': 'same-origin' }, 204],
    ['of a program', OWN, 204],
    ['of another site', { ...OWN, 'sec-fetch-site': 'cross-site' }, 403],
    ['of another host of the site', { ...OWN, 'sec-fetch-site': 'same-site' }, 403],
    ['that somebody typed', { ...OWN, 'sec-fetch-site': 'none' }, 403],
    ['of another origin', { ...OWN, origin: 'https://evil.example' }, 403],
    ['of a null origin', { ...OWN, origin: 'null' }, 403],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }, 403],
    ['of plain text', { 'content-type': 'text/plain', 'x-nestcraft': '1' }, 403],
    ['without the header', { 'content-type': 'application/json' }, 403],
  ])('a change %s', async (_what, headers, status) => {
    const url = await serve();
    expect((await send(`${url}/api/queues/n/pause`, {}, headers)).status).toBe(status);
  });

  it.each<[string, Record<string, string>, number]>([
    ['of a page at one of them', { origin: 'https://jobs.example.com' }, 204],
    ['of a page at another of them', { origin: 'http://10.0.0.7:8080' }, 204],
    ['of a program', {}, 204],
    ['of a page at the address of the server', { origin: 'the server' }, 403],
    ['of a page at another port', { origin: 'https://jobs.example.com:8443' }, 403],
    ['of another site', { origin: 'https://evil.example' }, 403],
    [
      'of another site, in spite of its origin',
      { origin: 'https://jobs.example.com', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    [
      'of a name that leads here by somebody else',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
      403,
    ],
  ])('where its origins are given, a change %s', async (_what, headers, status) => {
    const url = await serve({ origin: ['https://jobs.example.com', 'http://10.0.0.7:8080/'] });
    const own = headers.origin === 'the server' ? { origin: new URL(url).origin } : headers;
    const response = await send(`${url}/api/queues/n/pause`, {}, { ...OWN, ...own });
    expect(response.status).toBe(status);
  });

  it.each(['jobs.example.com', 'https://jobs.example.com/work', 'ftp://x', ''])(
    'takes no "%s" for an origin',
    async (origin) => {
      await expect(serve({ origin })).rejects.toThrow(InvalidOptionError);
    },
  );

  it('is for those whom authenticate names, also to the page and the stream', async () => {
    const url = await serve({
      authenticate: async ({ headers }) =>
        Promise.resolve(headers.authorization === 'yes' ? { id: 1 } : null),
    });
    for (const path of [
      '',
      '/',
      '/api/snapshot',
      '/api/events',
      '/compat/queues',
      '/assets/x.js',
    ]) {
      const response = await fetch(`${url}${path}`, { redirect: 'manual' });
      expect(await problem(response)).toEqual({ status: 401, code: 'unauthenticated' });
    }
    const headers = { authorization: 'yes' };
    expect((await fetch(`${url}/api/snapshot`, { headers })).status).toBe(200);
  });

  it('does not reach arguments that are redacted', async () => {
    const url = await serve({
      redact: ({ argsText }) => argsText.replace(/"secret":"[^"]*"/, '"secret":"…"'),
    });
    await redis.zadd(`${namespace}:dead`, 10, dead('1', '{"secret":"s3cr3t"}'));
    await enqueuer().enqueue('n', { secret: 's3cr3t' }, { unique: { key: { secret: 's3cr3t' } } });
    await redis.sadd(`${namespace}:worker_pools`, 'p');
    await redis.hset(`${namespace}:worker_pools:p`, { heartbeat_at: 1, worker_ids: 'w' });
    await redis.hset(`${namespace}:worker:w`, { job_name: 'n', args: '{"secret":"s3cr3t"}' });
    const waiting = await getJson<{ jobs: { id: string }[] }>(`${url}/api/queues/n/jobs`);
    for (const path of [
      ...['jobs/dead', 'jobs/dead/10/1', 'jobs/dead/10/1/entry', 'queues/n/jobs', 'snapshot'],
      ...[
        'running/w',
        'search?q=secret',
        'search?q=s3cr3t',
        `queues/n/jobs/1/${waiting.jobs[0]?.id}`,
      ],
    ]) {
      const response = await fetch(`${url}/api/${path}`);
      expect(await response.text()).not.toContain('s3cr3t');
    }
    expect(await problem(await fetch(`${url}/api/jobs/dead/10/1/entry`))).toEqual({
      ...{ status: 403, code: 'redacted' },
    });
  });
});

describe('work on many jobs', () => {
  it('is cancelled only by users who may start it', async () => {
    const url = await serve({
      authenticate: ({ headers }) => String(headers.authorization),
      authorize: (user, action) => user === 'admin' || action === 'view',
    });
    const many = Array.from({ length: 100_000 }, (_, i) => ['1', dead(String(i))]).flat();
    for (let i = 0; i < many.length; i += 20_000) {
      await redis.call('ZADD', `${namespace}:dead`, ...many.slice(i, i + 20_000));
    }
    const as = (user: string) => ({ ...OWN, authorization: user });
    const begun = await send(`${url}/api/jobs/dead/delete-all`, {}, as('admin'));
    const { id, action } = (await begun.json()) as { id: string; action: string };
    expect(action).toBe('delete');
    const cancel = `${url}/api/bulk-tasks/${id}/cancel`;
    expect((await send(cancel, {}, as('guest'))).status).toBe(403);
    expect((await send(cancel, {}, as('admin'))).status).toBe(204);
    const headers = { authorization: 'guest' };
    await eventually(async () => {
      const snapshot = await (await fetch(`${url}/api/snapshot`, { headers })).json();
      expect(snapshot).toMatchObject({ bulkTasks: [{ id, state: 'cancelled' }] });
    });
    expect(await redis.zcard(`${namespace}:dead`)).toBeGreaterThan(0);
    await redis.del(`${namespace}:dead`);
  });
});

describe('the module', () => {
  it('stands behind the guards of the application, and is no version of its routes', async () => {
    const guard = { canActivate: (context: ExecutionContext) => isFriend(context) };
    const isFriend = (context: ExecutionContext) =>
      context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>().headers
        .friend !== undefined;
    @Module({
      imports: [
        WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
      ],
      providers: [{ provide: APP_GUARD, useValue: guard }],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/work/api/me`;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers: { friend: 'yes' } })).status).toBe(200);
  });

  it('shows each named instance below a path of its own', async () => {
    const options = { redis: REDIS, logger: silentLogger };
    @Module({
      imports: [
        WorkModule.forRoot({ ...options, namespace }),
        WorkModule.forRoot({ ...options, namespace: `${namespace}-mail`, name: 'mail' }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
        WorkDashboardModule.forRoot({ path: 'mail', instance: 'mail', insecureAllowAll: true }),
      ],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    expect(await getJson(`${url}/work/api/me`)).toMatchObject({ namespace });
    expect(await getJson(`${url}/mail/api/me`)).toMatchObject({ namespace: `${namespace}-mail` });
  });

  it('takes its options from providers, too', async () => {
    @Module({
      imports: [
        WorkModule.forRoot({ redis: REDIS, namespace, logger: silentLogger }),
        WorkDashboardModule.forRootAsync({
          path: 'ops',
          useFactory: () => Promise.resolve({ readOnly: true, insecureAllowAll: true }),
        }),
      ],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/ops/api`;
    expect(await getJson(`${url}/me`)).toEqual({
      actions: ['view', 'viewArgs'],
      readOnly: true,
      namespace,
    });
    expect((await send(`${url}/queues/n/pause`)).status).toBe(403);
  });

  it('serves a page of at most 80 KB of JavaScript, gzipped, all at once', async () => {
    const url = await serve();
    const html = await (await fetch(url)).text();
    const scripts = [...html.matchAll(/src="\.\/(assets\/[^"]+\.js)"/g)].map(([, one]) => one);
    expect(scripts).toHaveLength(1);
    const code = await (await fetch(`${url}/${scripts[0]}`)).text();
    expect(gzipSync(code).length).toBeLessThan(80 * 1024);
    expect(code).not.toMatch(/\bimport\(/);
  });
});

describe('bad parameters', () => {
  it.each([
    'jobs/dead?from=-1',
    'jobs/dead?from=1e9',
    'jobs/dead?from=99999999999',
    'jobs/dead?from=x',
    'jobs/dead?from=1&from=2',
    'jobs/dead?limit=0',
    'jobs/dead?limit=201',
    'jobs/dead?order=up',
    'jobs/dead?name=',
    'jobs/dead?at=soon',
    'jobs/nonsense',
    'jobs/dead/x/y',
    `jobs/dead/1/${'x'.repeat(1_001)}`,
    `queues/n/jobs/1/${'x'.repeat(1_001)}`,
    'queues/n/jobs/0/x',
    'metrics?range=2h',
    'metrics?name=',
    'queues/n/jobs?from=-1',
    'queues/n/jobs?limit=x',
  ])('GET %s is a problem of the client', async (path) => {
    const url = await serve();
    expect(await problem(await fetch(`${url}/api/${path}`))).toEqual({
      status: 400,
      code: 'invalid',
    });
  });

  it.each<[string, object]>([
    ['queues/n/pause', { seconds: 0.5 }],
    ['queues/n/pause', { seconds: 1e12 }],
    ['queues/a,b/pause', {}],
    ['queues/n/limit', {}],
    ['queues/n/limit', { limit: -1 }],
    ['jobs/dead/run', {}],
    ['jobs/dead/run', { jobs: [] }],
    ['jobs/dead/run', { jobs: [{ at: 'x', id: 'y' }] }],
    ['jobs/dead/delete', { jobs: Array.from({ length: 201 }, () => ({ at: 1, id: 'x' })) }],
    ['jobs/dead/delete-all', { name: 7 }],
    ['jobs/retry/kill', { jobs: [{ at: 1 }] }],
    ['jobs/cancel', { id: 'x' }],
    ['jobs/cancel', { name: 'n' }],
    ['jobs/cancel', { id: 'x', name: 'a,b' }],
    ['queues/n/delete', { jobs: [{ position: 0, id: 'x' }] }],
    ['periodic/run', {}],
  ])('POST %s %j is a problem of the client', async (path, body) => {
    const url = await serve();
    expect(await problem(await send(`${url}/api/${path}`, body))).toEqual({
      status: 400,
      code: 'invalid',
    });
  });

  it('a job that is not there is not found', async () => {
    const url = await serve();
    expect(await problem(await fetch(`${url}/api/jobs/dead/1/none`))).toMatchObject({
      status: 404,
    });
    expect(await problem(await send(`${url}/api/bulk-tasks/none/cancel`))).toMatchObject({
      status: 404,
    });
  });
});

describe('other pages', () => {
  it('show schedules, metrics and the health of Redis', async () => {
    const url = await serve();
    const pool = `${namespace}:worker_pools:p`;
    await redis.sadd(`${namespace}:worker_pools`, 'p');
    await redis.hset(pool, {
      heartbeat_at: 1,
      job_names: 'tick',
      schedules: JSON.stringify([
        {
          id: 'periodic:tick:@every 1h',
          jobName: 'tick',
          spec: '@every 1h',
          overlap: 'allow',
          missed: 'skip',
          argsText: '{"a":1,"big":12345678901234567890}',
        },
        { id: 'x', jobName: 'tick', spec: 'of a later version', overlap: 'skip', missed: 'skip' },
      ]),
    });
    await redis.hset(
      `${namespace}:nestcraft:last_results`,
      'periodic:tick:@every 1h',
      JSON.stringify({ jobId: 'i', result: 'dead', at: 5, duration: 3, error: 'no' }),
    );
    const { schedules } = await getJson<{ schedules: { next: number[] }[] }>(`${url}/api/periodic`);
    expect(schedules).toMatchObject([
      { spec: '@every 1h', pools: 1, last: { result: 'dead', error: 'no', at: 5 } },
      { next: [] },
    ]);
    const run = (id: string) => send(`${url}/api/periodic/run`, { id });
    expect(await (await run('periodic:tick:@every 1h')).json()).toEqual({ result: 'enqueued' });
    expect(await redis.lindex(`${namespace}:jobs:tick`, 0)).toContain(
      '"args":{"a":1,"big":12345678901234567890}',
    );
    expect(await (await run('x')).json()).toEqual({ result: 'enqueued' });
    expect(await (await run('x')).json()).toEqual({ result: 'duplicate' });
    expect(await problem(await run('none'))).toEqual({ status: 404, code: 'not_found' });
    expect(schedules[0]?.next).toHaveLength(5);
    expect(await getJson(`${url}/api/metrics?range=24h`)).toMatchObject({ step: 600, jobs: [] });
    expect(await getJson(`${url}/api/rates`)).toEqual({ jobs: [] });
    await redis.sadd(`${namespace}:worker_pools`, 'silent');
    expect(await getJson(`${url}/api/health`)).toMatchObject({
      level: 'error',
      server: { role: 'master' },
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'silentPools', level: 'warning' }),
      ]),
    });
  });

  it('say so when Redis does not answer', async () => {
    @Module({
      imports: [
        WorkModule.forRoot({ redis: 'redis://127.0.0.1:1', namespace, logger: silentLogger }),
        WorkDashboardModule.forRoot({ insecureAllowAll: true }),
      ],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, new ExpressAdapter(), { logger: false });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    expect(app.get(Client)).toBeDefined();
    const response = await fetch(`${await app.getUrl()}/work/api/snapshot`);
    expect(await problem(response)).toEqual({ status: 503, code: 'redis_unreachable' });
  });
});
