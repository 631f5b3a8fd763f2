import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import type { EventLog } from './event-log.js';
import type { EventKind, LoggedEvent } from './event-writer.mjs';

// In milliseconds. On a busy machine, a process takes many seconds to start.
const PATIENCE = 60_000;

/** A worker or a producer in a process of its own, which runs the built code. */
export class ActorProcess {
  readonly #child: ChildProcess;
  readonly #log: EventLog;
  readonly #exited: Promise<unknown>;

  /**
   * @param program such as `worker.mjs`
   * @param config what the program reads from its argument
   * @param nodeOptions such as `--max-old-space-size=64`
   */
  constructor(program: string, config: object, log: EventLog, nodeOptions: readonly string[] = []) {
    this.#log = log;
    this.#child = fork(
      fileURLToPath(new URL(program, import.meta.url)),
      [JSON.stringify({ ...config, log: log.path })],
      // What a process that is meant to crash writes of it belongs to no test's output.
      { execArgv: [...nodeOptions], stdio: 'ignore' as never },
    );
    this.#exited = once(this.#child, 'exit');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until the process has logged such an event, and returns it. */
  logged(kind: EventKind, ref?: string): Promise<LoggedEvent> {
    return eventually(() => {
      const event = this.#log
        .of(kind, this.pid)
        .find((one) => ref === undefined || one.ref === ref);
      if (!event) throw new Error(`Process ${this.pid} has not logged "${kind}" ${ref ?? ''}`);
      return event;
    }, PATIENCE);
  }

  /** Kills it (kill -9), and logs that it has died. */
  async kill(): Promise<void> {
    if (this.hasExited) return;
    this.#child.kill('SIGKILL');
    await this.exited();
  }

  /** Asks it to stop (SIGTERM). */
  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  /** Freezes it (SIGSTOP). */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Ends a pause (SIGCONT). */
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Resolves when the process has ended, by itself or killed. */
  async exited(): Promise<void> {
    await this.#exited;
    this.#log.write('died', { victim: this.pid });
  }
}
