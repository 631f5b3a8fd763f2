import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NAMESPACE } from './setting.js';

const PACKAGE = dirname(fileURLToPath(import.meta.resolve('@nestcraft/dashboard/package.json')));

/** The dashboard in a process of its own, so that whoever measures it does not keep it waiting. */
export class DashboardServer {
  readonly #process: ChildProcess;

  private constructor(
    /** What the dashboard's paths are relative to. */
    readonly url: string,
    process: ChildProcess,
  ) {
    this.#process = process;
  }

  /** @throws Error when it does not start */
  static async start(redisUrl: string): Promise<DashboardServer> {
    const cli = join(PACKAGE, 'dist/cli.js');
    const args = [cli, '--redis', redisUrl, '--namespace', NAMESPACE, '--port', '0'];
    const process = spawn(globalThis.process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: process.stdout })) {
      const [url] = /http:\S+/.exec(line) ?? [];
      if (url !== undefined) return new DashboardServer(url, process);
    }
    throw new Error('The dashboard ended before it told its address');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }
}
