import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisStartError } from './errors.js';
import { ping } from './ping.js';
import { majorVersion, type RedisBinary } from './redis-binary.js';
import { Watchdog } from './watchdog.js';

export interface RedisProcessOptions {
  readonly binary: RedisBinary;
  readonly port: number;
  readonly directory: string;
  /** Whether to remove the directory when the owner dies. */
  readonly isTemporary: boolean;
  readonly appendOnly: boolean;
  /** The configuration file of a Sentinel, which rewrites it; `undefined` for a server. */
  readonly sentinelFile: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly startTimeout: number;
}

const STOP_TIMEOUT = 5_000;
const PING_TIMEOUT = 1_000;
const LOG_FILE = 'redis.log';

/** A server process, from start to end. */
export class RedisProcess {
  readonly #child: ChildProcess;
  readonly #watchdog: Watchdog;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, watchdog: Watchdog, exited: Promise<unknown>) {
    this.#child = child;
    this.#watchdog = watchdog;
    this.#exited = exited;
  }

  /** Starts a server and waits until it accepts commands. @throws RedisStartError */
  static async start(options: RedisProcessOptions): Promise<RedisProcess> {
    const { binary, directory, isTemporary } = options;
    const child = spawn(binary.path, await argumentsFor(options), {
      cwd: directory,
      env: { ...process.env, ...binary.env },
      detached: true, // a Ctrl-C in the owner's terminal must not stop it while the owner's jobs run
      stdio: 'ignore',
    });
    const exited = once(child, 'exit').catch(() => undefined);
    child.unref();
    if (child.pid === undefined) {
      const [error] = (await once(child, 'error').catch((thrown: unknown) => [thrown])) as [Error];
      throw new RedisStartError(binary.path, error.message, '');
    }
    const watchdog = new Watchdog(child.pid, isTemporary ? directory : undefined);
    const server = new RedisProcess(child, watchdog, exited);
    try {
      await server.#answers(options);
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Asks it to stop, and kills it if it is still running after five seconds. */
  async stop(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT);
    await this.#exited;
    clearTimeout(timer);
    this.#watchdog.dismiss();
  }

  /** Kills it with kill -9. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
    this.#watchdog.dismiss();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async #answers({ binary, port, directory, startTimeout }: RedisProcessOptions): Promise<void> {
    const deadline = performance.now() + startTimeout;
    while (!(await ping(port, this.pid, PING_TIMEOUT))) {
      const log = (): Promise<string> => tail(join(directory, LOG_FILE));
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new RedisStartError(binary.path, 'it ended', await log());
      }
      if (performance.now() > deadline) {
        throw new RedisStartError(binary.path, `no answer in ${startTimeout} ms`, await log());
      }
      await sleep(10);
    }
  }
}

async function argumentsFor(options: RedisProcessOptions): Promise<string[]> {
  const { binary, port, directory, appendOnly, sentinelFile, settings } = options;
  const version = await majorVersion(binary).catch((error: unknown) => {
    throw new RedisStartError(binary.path, String(error), '');
  });
  const all: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir: directory,
    logfile: join(directory, LOG_FILE),
    daemonize: 'no',
    ...(sentinelFile === undefined && serverSettings(appendOnly, version)),
    ...settings,
  };
  const given = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
  return sentinelFile === undefined ? given : [sentinelFile, '--sentinel', ...given];
}

/** The settings that a Sentinel does not have. */
function serverSettings(appendOnly: boolean, version: number): Record<string, string> {
  return {
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'everysec',
    // Redis 7 disables DEBUG by default; tests use it to make Redis stall.
    ...(version >= 7 && { 'enable-debug-command': 'local' }),
  };
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
