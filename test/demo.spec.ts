import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from './support/eventually.js';

const MAIN = fileURLToPath(new URL('../apps/demo/dist/main.js', import.meta.url));

let demos: ChildProcess[] = [];

afterEach(() => {
  for (const demo of demos) demo.kill('SIGKILL');
  demos = [];
});

/** The demo as a process of its own, with all that it has printed. */
class Demo {
  output = '';
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, REDIS_URL: '', PORT: '0', NO_COLOR: '1', ...env },
    });
    demos.push(this.process);
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (data) => (this.output += String(data)));
    }
    this.exited = once(this.process, 'exit').then(([code]) => code as number | null);
  }

  /** The address, once it listens. */
  async url(): Promise<string> {
    for (;;) {
      const [, url] = /listens on (http\S+)/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      if (this.process.exitCode !== null) throw new Error(`the demo ended:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('the demo', () => {
  it('drives itself once, sees every effect, and exits with 0', async () => {
    const demo = new Demo(['--once']);
    expect([await demo.exited, demo.output]).toEqual([
      0,
      expect.stringMatching(
        /jobs done +5\n.*jobs retried +3\n.*jobs dead +1\n.*mails in the outbox +3\n.*rows exported +5000\n\nEverything expected was seen/,
      ),
    ]);
  }, 90_000);

  it('runs until it is told to stop, and then lets a running job finish', async () => {
    const demo = new Demo([]);
    const url = await demo.url();
    const post = (body: string): Promise<Response> =>
      fetch(`${url}/exports`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    const snapshot = async (): Promise<string> => (await fetch(`${url}/work/api/snapshot`)).text();
    await eventually(async () => expect(await snapshot()).toContain('resize_image'));
    const bad = await post('{"rows":-1}');
    expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('rows: ')]);
    const good = await post('{"rows":20000}');
    expect(good.status).toBe(202);
    const { file } = (await good.json()) as { file: string };
    await expect(runningJobs(url)).resolves.toContain('export_report');
    demo.process.kill('SIGTERM');
    expect(await demo.exited).toBe(0);
    expect(demo.output).toContain(`20000 rows in ${file}`);
  }, 90_000);

  it.each([
    [['--wrong'], {}, 'Unknown option'],
    [[], { PORT: 'http' }, 'PORT is "http"'],
  ])('refuses %p %p with exit code 2', async (args, env, message) => {
    const demo = new Demo(args, env);
    expect([await demo.exited, demo.output]).toEqual([2, expect.stringContaining(message)]);
  });
});

async function runningJobs(url: string): Promise<string[]> {
  for (;;) {
    const { running } = (await (await fetch(`${url}/status`)).json()) as {
      running: { jobName: string }[];
    };
    if (running.length > 0) return running.map(({ jobName }) => jobName);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
