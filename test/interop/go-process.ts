import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';

const SOURCE = fileURLToPath(new URL('./go', import.meta.url));

/** Whether there is a Go toolchain on this machine. */
export const hasGo = spawnSync('go', ['version']).status === 0;

/** Builds the Go program of a folder. */
export function buildGo(source: string, binary: string): void {
  const { status, stderr } = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: source,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go build failed:\n${stderr}`);
}

/** Builds the program of `test/interop/go`, real gocraft/work; returns its path. */
export function buildGoProgram(): string {
  const binary = join(mkdtempSync(join(tmpdir(), 'nestcraft-go-')), 'interop');
  buildGo(SOURCE, binary);
  return binary;
}

/** What a Go process tells of a job that it runs. */
export interface GoRun {
  readonly started?: string;
  readonly ended?: string;
  readonly name: string;
  readonly args: unknown;
}

export interface GoJob {
  readonly name: string;
  readonly id: string;
  readonly t: number;
  readonly args: Record<string, unknown> | null;
  readonly fails?: number;
  readonly err?: string;
}

/** A process of real gocraft/work. */
export class GoProcess {
  readonly runs: GoRun[] = [];
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  constructor(binary: string, redisUrl: string, namespace: string) {
    const { hostname, port } = new URL(redisUrl);
    this.#process = spawn(binary, [`${hostname}:${port}`, namespace], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const { stdout } = this.#process;
    if (!stdout) throw new Error('no stdout');
    createInterface({ input: stdout }).on('line', (line) => this.#read(line));
  }

  /** Runs a command and returns its result. @throws with the text of Go's error */
  async ask<Result>(op: string, params: Record<string, unknown> = {}): Promise<Result> {
    const id = this.#nextId++;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.stdin?.write(`${JSON.stringify({ id, op, ...params })}\n`);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result as Result;
  }

  /** The same, with the parameters as JSON text: for numbers that JavaScript cannot hold. */
  async askRaw<Result>(op: string, params: string): Promise<Result> {
    const id = this.#nextId++;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.stdin?.write(`{"id":${id},"op":"${op}",${params}}\n`);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result as Result;
  }

  async hasRun(id: string): Promise<GoRun> {
    return eventually(() => {
      const run = this.runs.find((one) => one.started === id);
      if (!run || !this.runs.some((one) => one.ended === id)) {
        throw new Error(`Go has not run ${id} yet`);
      }
      return run;
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #read(line: string): void {
    // gocraft/work writes its own log to stdout, too.
    if (!line.startsWith('{')) return;
    const message = JSON.parse(line) as Partial<Answer> & GoRun;
    if (message.id === undefined) this.runs.push(message);
    else this.#waiting.get(message.id)?.(message as Answer);
  }
}

interface Answer {
  readonly id: number;
  readonly result: unknown;
  readonly error?: string;
}
