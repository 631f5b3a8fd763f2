import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Enqueuer } from '@nestcraft/engine';
import { eventually } from './support/eventually.js';

const CLI = fileURLToPath(new URL('../packages/dashboard/dist/cli.js', import.meta.url));
const REDIS = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
});

function run(...args: string[]): { output: () => string; ended: Promise<unknown[]> } {
  let text = '';
  const spawned = spawn(process.execPath, [CLI, ...args]);
  child = spawned;
  spawned.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  spawned.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { output: () => text, ended: once(spawned, 'exit') };
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
    const url = await eventually(() => {
      const [found] = /http:\S+/.exec(output()) ?? [];
      if (found === undefined) throw new Error(`No address in: ${output()}`);
      return found;
    });
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const snapshot = (await (await fetch(`${url}/api/snapshot`)).json()) as object;
    expect(snapshot).toMatchObject({ queues: [{ jobName: 'n', count: 1 }] });
    expect(await (await fetch(`${url}/api/me`)).json()).toMatchObject({ readOnly: true });
    expect(await statusFor(url, 'localhost:1')).toBe(200);
    expect(await statusFor(url, '[::1]:1')).toBe(200);
    expect(await statusFor(url, 'evil.example')).toBe(421);
    child?.kill('SIGTERM');
    await ended;
  });

  it.each([
    [['--port', 'x'], 'is no port'],
    [['--nonsense'], 'nonsense'],
  ])('refuses %j', async (args, reason) => {
    const { output, ended } = run(...args);
    expect((await ended)[0]).toBe(2);
    expect(output()).toContain(reason);
  });

  it('says how it is used', async () => {
    const { output, ended } = run('--help');
    expect((await ended)[0]).toBe(0);
    expect(output()).toContain('--namespace NAME');
  });
});
