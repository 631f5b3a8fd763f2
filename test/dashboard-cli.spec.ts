import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '@nestcraft/engine';
import { LocalRedis } from '@nestcraft/local-redis';
import { Redis } from 'ioredis';
import { runCommand, type CommandRun } from './support/command.js';
import { eventually } from './support/eventually.js';
import { pemFile, TlsRedis } from './support/tls-redis.js';

const CLI = fileURLToPath(new URL('../packages/dashboard/dist/cli/cli.js', import.meta.url));
const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function run(...args: string[]): CommandRun {
  return runWith({}, ...args);
}

function runWith(given: { env?: object; input?: string }, ...args: string[]): CommandRun {
  const started = runCommand(CLI, given, ...args);
  child = started.child;
  return started;
}

function addressIn(output: () => string): Promise<string> {
  return eventually(() => {
    const [found] = /http:\S+/.exec(output()) ?? [];
    if (found === undefined) throw new Error(`No address in: ${output()}`);
    return found;
  });
}

/** What is answered to a request under that name, as a page of a site sends it whose name leads to this machine. */
async function statusFor(url: string, host: string): Promise<number | undefined> {
  const [response] = (await once(get(`${url}/api/me`, { headers: { host } }), 'response')) as [
    IncomingMessage,
  ];
  response.resume();
  return response.statusCode;
}

describe('nestcraft-dashboard', () => {
  it('serves a namespace without an application, and ends on SIGTERM', async () => {
    const namespace = `test-${randomUUID()}`;
    const enqueuer = new Enqueuer({ redis: REDIS, namespace });
    await enqueuer.enqueue('n');
    await enqueuer.close();
    const { output, ended } = run(
      '--redis',
      REDIS,
      '--namespace',
      namespace,
      '--port',
      '0',
      '--read-only',
    );
    const url = await addressIn(output);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const snapshot = (await (await fetch(`${url}/api/snapshot`)).json()) as object;
    expect(snapshot).toMatchObject({ queues: [{ jobName: 'n', count: 1 }] });
    expect(await (await fetch(`${url}/api/me`)).json()).toMatchObject({ readOnly: true });
    expect(await statusFor(url, 'localhost:1')).toBe(200);
    expect(await statusFor(url, '[::1]:1')).toBe(200);
    expect(await statusFor(url, 'LOCALHOST')).toBe(200);
    expect(await statusFor(url, 'localhost.:1')).toBe(200);
    expect(await statusFor(url, 'evil.example')).toBe(421);
    child?.kill('SIGTERM');
    await ended;
  });

  it.each([
    [['--port', 'x'], 'is not a port'],
    [['--nonsense'], 'nonsense'],
    [['--host', '0.0.0.0'], '--insecure-allow-all'],
    [['--host', '::'], '--insecure-allow-all'],
    [['--user', 'ada'], 'must be used together'],
    [['--user', 'ada', '--password-env', 'NO_SUCH_VARIABLE'], 'NO_SUCH_VARIABLE'],
    [['--redis-password-env', 'NO_SUCH_VARIABLE'], 'NO_SUCH_VARIABLE'],
    [['--redis', 'localhost', '--redis-password-stdin'], 'needs a URL'],
    [['--redis-ca', 'ca.pem'], 'rediss://'],
    [['--redis', 'rediss://localhost', '--redis-ca', 'no/such.pem'], 'cannot be read: ENOENT'],
  ])('refuses %j', async (args, reason) => {
    const { output, ended } = run(...args);
    expect((await ended)[0]).toBe(2);
    expect(output()).toContain(reason);
  });

  it('lets those in who know the password, on every address', async () => {
    const how = { env: { JOBS_PASSWORD: 'secret' } };
    const login = ['--user', 'ada', '--password-env', 'JOBS_PASSWORD'];
    const { output } = runWith(how, '--redis', REDIS, '--port', '0', '--host', '0.0.0.0', ...login);
    const { port } = new URL(await addressIn(output));
    const me = `http://127.0.0.1:${port}/work/api/me`;
    expect((await fetch(me)).status).toBe(401);
    const authorization = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    expect((await fetch(me, { headers: { authorization } })).status).toBe(200);
    expect(output()).not.toContain('secret');
  });

  it.each(['--redis-password-env', '--redis-password-stdin'])(
    'takes the password of Redis by %s',
    async (option) => {
      const redis = await LocalRedis.start();
      const admin = new Redis(redis.url);
      try {
        await admin.call('CONFIG', 'SET', 'requirepass', 'p@ss/w%rd');
        const args = ['--redis', redis.url, '--port', '0', option];
        const { output } = option.endsWith('env')
          ? runWith({ env: { REDIS_SECRET: 'p@ss/w%rd' } }, ...args, 'REDIS_SECRET')
          : runWith({ input: 'p@ss/w%rd\n' }, ...args);
        expect((await fetch(`${await addressIn(output)}/api/snapshot`)).status).toBe(200);
      } finally {
        admin.disconnect();
        await redis.stop();
      }
    },
  );

  it('reaches a Redis that asks for a certificate', async () => {
    const server = await TlsRedis.start({ mutual: true });
    try {
      const args = ['--redis', server.url, '--port', '0', '--redis-ca', pemFile('ca.pem')];
      const own = ['--redis-cert', pemFile('client.pem'), '--redis-key', pemFile('client.key')];
      const { output } = run(...args, ...own);
      expect((await fetch(`${await addressIn(output)}/api/snapshot`)).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it('says in one line that its port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { output, ended } = run('--redis', REDIS, '--port', String(port));
    expect((await ended)[0]).toBe(1);
    server.close();
    const said = output()
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('insecureAllowAll'));
    expect(said).toEqual([`port ${port} of 127.0.0.1 is in use: give another --port.`]);
  });

  it('says what it needs where the package of Express is missing', async () => {
    const hooks = `export async function resolve(name, context, next) {
      if (name === '@nestjs/platform-express') {
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      }
      return next(name, context);
    }`;
    const register = `import { register } from 'node:module';
      register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    const importing = `--import=data:text/javascript,${encodeURIComponent(register)}`;
    const { output, ended } = runWith({ env: { NODE_OPTIONS: importing } }, '--redis', REDIS);
    expect((await ended)[0]).toBe(1);
    expect(output()).toContain('npm install @nestjs/platform-express');
    expect(output()).not.toMatch(/^ +at /m);
  });

  it('says how it is used', async () => {
    const { output, ended } = run('--help');
    expect((await ended)[0]).toBe(0);
    expect(output()).toContain('--namespace NAME');
  });
});
