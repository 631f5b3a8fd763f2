import { get } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '@nestcraft/work';
import { eventually } from '../../../../test/support/eventually.js';
import { basicAuth, type BasicAuthOptions } from '../security/basic-auth.js';
import { ADAPTERS, Dashboards, problem, send, StreamReader } from '../testing/dashboards.js';

let dashboards: Dashboards;

beforeEach(() => {
  dashboards = new Dashboards();
});

afterEach(() => dashboards.close());

const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});

/** The status of what is asked for under another name; `fetch` does not let that be said. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const [response] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('a dashboard without authenticate', () => {
  it.each(['production', 'staging', 'development', undefined])(
    'is closed where NODE_ENV is %s, and says so once',
    async (environment) => {
      const before = process.env.NODE_ENV;
      const log: string[] = [];
      try {
        if (environment === undefined) delete process.env.NODE_ENV;
        else process.env.NODE_ENV = environment;
        const url = await dashboards.serve({ insecureAllowAll: false }, { log });
        for (const path of ['', '/app', '/api/me', '/api/events', '/compat/queues']) {
          const response = await fetch(url + path, { redirect: 'manual' });
          expect(await problem(response)).toEqual({ status: 403, code: 'closed' });
        }
        expect(await problem(await send(`${url}/api/queues/n/pause`))).toMatchObject({
          status: 403,
        });
        expect(log).toEqual([expect.stringMatching(/^WARN The dashboard is closed.*basicAuth/)]);
      } finally {
        process.env.NODE_ENV = before;
      }
    },
  );

  it('is open where that is wanted, and says so once', async () => {
    const log: string[] = [];
    const url = await dashboards.serve({ insecureAllowAll: true }, { log });
    expect((await fetch(`${url}/api/me`)).status).toBe(200);
    expect(log).toEqual([expect.stringMatching(/^WARN The dashboard is open to everyone/)]);
  });

  it.each<[string, number]>([
    ['localhost', 200],
    ['LOCALHOST:3000', 200],
    ['localhost.:3000', 200],
    ['jobs.localhost', 200],
    ['127.0.0.1', 200],
    ['127.8.8.8:1', 200],
    ['[::1]:3000', 200],
    [hostname(), 200],
    ['evil.example', 421],
    ['evil.example:3000', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['evillocalhost', 421],
    ['8.8.8.8', 421],
    ['app', 421],
  ])('answers under the name %s with %d', async (host, status) => {
    const url = await dashboards.serve();
    expect(await statusFor(`${url}/api/me`, host)).toBe(status);
    expect(await statusFor(`${url}/app`, host)).toBe(status);
  });

  it('answers under the names of its origins, too', async () => {
    const url = await dashboards.serve({ origin: 'https://Jobs.example.com' });
    expect(await statusFor(`${url}/api/me`, 'jobs.example.com')).toBe(200);
    expect(await statusFor(`${url}/api/me`, 'evil.example')).toBe(421);
  });
});

describe('a dashboard with authenticate', () => {
  it('checks the host only if origins are configured', async () => {
    const authenticate = () => 'ada';
    const open = await dashboards.serve({ authenticate });
    expect(await statusFor(`${open}/api/me`, 'jobs.example.com')).toBe(200);
    const url = await dashboards.serve({ authenticate, origin: 'https://jobs.example.com' });
    for (const host of ['jobs.example.com', 'app:3000', '10.1.2.3:3000', 'localhost']) {
      expect(await statusFor(`${url}/api/me`, host)).toBe(200);
    }
    expect(await statusFor(`${url}/api/me`, 'evil.example')).toBe(421);
  });

  it.each([null, undefined, false, ''])('admits nobody for %j', async (nobody) => {
    const authenticate = () => nobody as null;
    const url = await dashboards.serve({ authenticate, insecureAllowAll: true });
    const response = await fetch(`${url}/api/me`);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await problem(response)).toEqual({ status: 401, code: 'unauthenticated' });
  });
});

it('does not accept "true" as a user: a comparison of two unset values returns it', async () => {
  const log: string[] = [];
  const authenticate = () => true as unknown as string;
  const url = await dashboards.serve({ authenticate }, { log });
  expect(await problem(await fetch(`${url}/api/me`))).toEqual({ status: 500, code: 'internal' });
  expect(log).toContainEqual(expect.stringContaining('"authenticate" returned true'));
});

describe.each(ADAPTERS)('a request from another site, with %s', (_name, fastify) => {
  it('gets the page, and nothing else', async () => {
    const url = await dashboards.serve({}, { fastify });
    const headers = { 'sec-fetch-site': 'cross-site' };
    const status = async (path: string): Promise<number> => {
      const response = await fetch(url + path, { headers, redirect: 'manual' });
      await response.body?.cancel();
      return response.status;
    };
    expect([await status(''), await status('/app')]).toEqual([302, 200]);
    const refused = [
      ...['/api/me', '/api/events', '/api/search?q=x', '/api/jobs/dead/1/x/entry'],
      ...['/api/jobs/dead', '/compat/dead_jobs', '/assets/index.js'],
    ];
    for (const path of refused) expect([path, await status(path)]).toEqual([path, 403]);
  });
});

describe.each(ADAPTERS)('basicAuth, with %s', (_name, fastify) => {
  it('makes browsers ask for the password, and identifies the user', async () => {
    const users = { ada: 'pass:wörd', bob: 'x' };
    const options = { authenticate: basicAuth({ users, realm: 'Jobs "1"\r\n' }) };
    const url = await dashboards.serve(options, { fastify });
    const unknown = await fetch(`${url}/app`);
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get('www-authenticate')).toBe('Basic realm="Jobs 1", charset="UTF-8"');
    const status = async (credentials: string): Promise<number> =>
      (await fetch(`${url}/api/me`, { headers: basic(credentials) })).status;
    expect([await status('ada:pass:wörd'), await status('bob:x')]).toEqual([200, 200]);
    for (const wrong of ['ada:', 'ada', ':', '', 'ada:x', 'bob:pass:wörd', 'eve:x', 'ADA:x']) {
      expect([wrong, await status(wrong)]).toEqual([wrong, 401]);
    }
    const odd = await fetch(`${url}/api/me`, { headers: { authorization: 'undefined' } });
    expect(odd.status).toBe(401);
  });
});

const PASSWORD_OF_OPS = 'the password of "ops"';

describe('basicAuth', () => {
  it.each<[string, () => unknown]>([
    ['a password that is not a string', () => basicAuth({ users: { a: 7 as unknown as string } })],
    ['a user name with a colon', () => basicAuth({ users: { 'a:b': 'x' } })],
    ['an empty list of users', () => basicAuth({ users: {} })],
  ])('refuses %s', (_what, make) => {
    expect(make).toThrow(InvalidOptionError);
  });

  it.each<[string, BasicAuthOptions, string]>([
    ['a password is not set', { username: 'ops', password: process.env.NONE }, PASSWORD_OF_OPS],
    ['a password is empty', { username: 'ops', password: '' }, PASSWORD_OF_OPS],
    ['one password of several is empty', { users: { a: 'x', ops: '' } }, PASSWORD_OF_OPS],
    ['the user name is not set', { username: process.env.NONE, password: 'x' }, 'a user name'],
    ['the user name is empty', { username: '', password: 'x' }, 'a user name'],
  ])('closes the dashboard if %s, and the log says so', async (_what, options, missing) => {
    const log: string[] = [];
    const url = await dashboards.serve({ authenticate: basicAuth(options) }, { log });
    expect(log).toEqual([
      `ERROR The dashboard is closed: basicAuth() lacks ${missing}. Is the environment variable set?`,
    ]);
    const authorization = `Basic ${Buffer.from('a:x').toString('base64')}`;
    const response = await fetch(`${url}/api/me`, { headers: { authorization } });
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await problem(response)).toEqual({ status: 403, code: 'closed' });
  });

  it('shows no password in an error', () => {
    const password = 1234567 as unknown as string;
    expect(() => basicAuth({ username: 'a', password })).not.toThrow('1234567');
  });
});

describe.each(ADAPTERS)('loginUrl, with %s', (_name, fastify) => {
  it("redirects browsers that open the page, and appears in the API's response", async () => {
    const serving = { fastify, prefix: 'v1' };
    const options = { authenticate: () => null, loginUrl: '/login?to={returnTo}' };
    const url = await dashboards.serve({ ...options, path: 'admin/jobs' }, serving);
    const to = `/login?to=${encodeURIComponent('/v1/admin/jobs/app')}`;
    for (const path of ['', '/app', '/app?x=1']) {
      const response = await fetch(url + path, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([302, to]);
    }
    const api = await fetch(`${url}/api/jobs/dead?name=/api/`);
    expect(api.status).toBe(401);
    expect(api.headers.get('content-type')).toContain('application/problem+json');
    expect(await api.json()).toMatchObject({
      ...{ title: 'Unauthorized', status: 401, code: 'unauthenticated', loginUrl: to },
    });
  });

  it('may depend on the request', async () => {
    const url = await dashboards.serve(
      { authenticate: () => null, loginUrl: ({ headers }) => `/of/${String(headers.tenant)}` },
      { fastify },
    );
    const response = await fetch(`${url}/api/me`, { headers: { tenant: 'x' } });
    expect(await response.json()).toMatchObject({ loginUrl: '/of/x' });
  });

  it('may have characters that no header can hold', async () => {
    const login = 'https://example.com/é/ログイン\r\nx: y?to={returnTo}';
    const url = await dashboards.serve({ authenticate: () => null, loginUrl: login }, { fastify });
    const response = await fetch(`${url}/app`, { redirect: 'manual' });
    const to =
      'https://example.com/%C3%A9/%E3%83%AD%E3%82%B0%E3%82%A4%E3%83%B3%0D%0Ax:%20y?to=%2Fwork%2Fapp';
    expect([response.status, response.headers.get('location')]).toEqual([302, to]);
    expect(response.headers.get('x')).toBeNull();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no tenant');
      },
    ],
    ['returns nothing', () => undefined as unknown as string],
    ['returns a promise', () => Promise.reject(new Error('late')) as unknown as string],
  ])('is told to nobody, and the log says why, where its function %s', async (_what, loginUrl) => {
    const log: string[] = [];
    const url = await dashboards.serve({ authenticate: () => null, loginUrl }, { fastify, log });
    for (const path of ['app', 'api/me']) {
      const response = await fetch(`${url}/${path}`, { redirect: 'manual' });
      expect(await problem(response)).toEqual({ status: 401, code: 'unauthenticated' });
    }
    expect(log).toContainEqual(expect.stringContaining('"loginUrl" has failed'));
  });
});

describe.each(ADAPTERS)('an open stream, with %s', (_name, fastify) => {
  it.each(['/api/events', '/api/search?q=x'])('%s ends when access does', async (path) => {
    let user: string | null = 'ada';
    let mayLook = true;
    const url = await dashboards.serve(
      { authenticate: () => user, authorize: (_, action) => action !== 'view' || mayLook },
      { fastify, timing: { look: 20, recheck: 30 } },
    );
    // A search of so many jobs takes some time.
    const many = Array.from({ length: 20_000 }, (_, i) => ['1', `{"name":"n","id":"${i}"}`]);
    await dashboards.redis.call('ZADD', `${dashboards.namespace}:dead`, ...many.flat());
    for (const end of [() => (user = null), () => (mayLook = false)]) {
      [user, mayLook] = ['ada', true];
      const reader = new StreamReader(await fetch(url + path));
      await eventually(() => expect(reader.text).toMatch(/event: (snapshot|progress)/));
      end();
      await eventually(() => expect(reader.ended).toBe(true));
      expect(reader.text).not.toContain('event: end');
    }
  });

  it('ends after some minutes, so that the browser sends a new request', async () => {
    const url = await dashboards.serve({}, { fastify, timing: { maxStream: 50 } });
    const reader = new StreamReader(await fetch(`${url}/api/events`));
    await eventually(() => expect(reader.ended).toBe(true));
  });

  it('does not keep the application from closing', async () => {
    const url = await dashboards.serve({}, { fastify });
    const reader = new StreamReader(await fetch(`${url}/api/events`));
    await eventually(() => expect(reader.text).toContain('event: snapshot'));
    await dashboards.apps[0]?.close();
    await eventually(() => expect(reader.ended).toBe(true));
  });
});
