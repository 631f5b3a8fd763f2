import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Competitor } from '../competitors.js';
import type { Answer, Protocol, Question, Verb } from './protocol.js';

// Milliseconds: longer than a library takes to enqueue a million jobs one by one.
const PATIENCE = 300_000;
const NODE_HOST = fileURLToPath(new URL('./main.js', import.meta.url));

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A process in which a competitor only enqueues or only works. */
export class CompetitorProcess {
  readonly #competitor: Competitor;
  readonly #process: ChildProcess;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  /** @param goBinary the program of the competitors in Go */
  constructor(competitor: Competitor, goBinary: string | undefined) {
    this.#competitor = competitor;
    const [file, ...args] = commandOf(competitor, goBinary);
    this.#process = spawn(file, args, { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
    this.#process.on('exit', (code) => this.#fail(`ended with ${code ?? 'a signal'}`));
    this.#process.on('error', (error) => this.#fail(error.message));
    const answers = this.#process.stdio[3] as Readable;
    createInterface({ input: answers }).on('line', (line) => this.#read(line));
  }

  /** @throws Error with the failure of the process */
  async ask<V extends Verb>(
    verb: V,
    params: Protocol[V]['params'],
  ): Promise<Protocol[V]['result']> {
    const timer = setTimeout(
      () => this.#fail(`has not answered "${verb}" in ${PATIENCE / 1000} s`),
      PATIENCE,
    );
    try {
      return (await this.#send({ verb, params })) as Protocol[V]['result'];
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill('SIGKILL');
  }

  #send(question: Question): Promise<unknown> {
    return new Promise((resolve, reject: (error: Error) => void) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    });
  }

  #read(line: string): void {
    const waiting = this.#waiting.shift();
    const answer = JSON.parse(line) as Answer;
    if ('error' in answer) waiting?.reject(new Error(`${this.#competitor.title}: ${answer.error}`));
    else waiting?.resolve(answer.result);
  }

  #fail(what: string): void {
    this.#failure ??= new Error(`The process of ${this.#competitor.title} ${what}.`);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}

function commandOf(
  { id, runtime }: Competitor,
  goBinary: string | undefined,
): [string, ...string[]] {
  if (runtime === 'node') return [process.execPath, NODE_HOST, id];
  if (goBinary === undefined) throw new Error(`${id} needs a program that was not built.`);
  return [goBinary, id];
}
