import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Enqueuer } from '@nestcraft/work';
import { TestNamespace } from '../../packages/engine/src/testing/test-redis.js';
import { eventually } from '../support/eventually.js';
import { transpile } from '../support/transpile.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const REDIS_URL = process.env.NESTCRAFT_TEST_REDIS_URL ?? '';

/** An example of `examples/`, run as processes of its own in a namespace of its own. */
export class Example {
  readonly folder: string;
  readonly space = new TestNamespace(REDIS_URL);
  /** Looks at the jobs of the example. */
  readonly client = new Client(this.space.options);
  readonly enqueuer = new Enqueuer(this.space.options);
  readonly #processes: ExampleProcess[] = [];

  /** @param folder where it is, if not in `examples/` */
  constructor(name: string, folder = join(EXAMPLES, name)) {
    this.folder = folder;
  }

  /** Makes its `dist`, without checking types. */
  transpile(): Promise<void> {
    return transpile(this.folder);
  }

  /** Starts one of its programs; the environment names Redis, the namespace and any free port. */
  run(command: readonly string[], env: NodeJS.ProcessEnv = {}): ExampleProcess {
    const [program = '', ...args] = command;
    const { namespace } = this.space;
    const started = new ExampleProcess(
      spawn(program === 'node' ? process.execPath : program, args, {
        cwd: this.folder,
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          NO_COLOR: '1',
          ...{ REDIS_URL, NAMESPACE: namespace, PORT: '0' },
          ...env,
        },
      }),
    );
    this.#processes.push(started);
    return started;
  }

  /** Starts `dist/main.js`. */
  start(env: NodeJS.ProcessEnv = {}): ExampleProcess {
    return this.run(['node', 'dist/main.js'], env);
  }

  /** Ends its processes and removes what it has left in Redis. */
  async close(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.kill()));
    await this.enqueuer.close();
    this.client.close();
    await this.space.close();
  }
}

/** A process of an example, with all that it has printed. */
export class ExampleProcess {
  output = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | NodeJS.Signals>;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => (this.output += String(data)));
    }
    this.#exited = once(child, 'exit').then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  /** Waits until it has printed something; returns the match. */
  async prints(pattern: RegExp): Promise<RegExpMatchArray> {
    return eventually(() => {
      const match = pattern.exec(this.output);
      if (match) return match;
      throw new Error(`${String(pattern)} is not in the output:\n${this.output}`);
    });
  }

  /** Its address, once it listens. */
  async url(): Promise<string> {
    const [, url = ''] = await this.prints(/listens on (http\S+)/);
    return url;
  }

  /** Waits for its end; returns its exit code or the signal that ended it, with the output if it has failed. */
  async exit(): Promise<number | string> {
    const end = await this.#exited;
    return end === 0 || end === 'SIGTERM' ? end : `${end}:\n${this.output}`;
  }

  /** Asks it to stop, and returns what `exit` returns: Nest ends with the signal, once all hooks have run. */
  stop(): Promise<number | string> {
    this.#child.kill('SIGTERM');
    return this.exit();
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
