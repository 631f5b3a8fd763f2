import { setTimeout as sleep } from 'node:timers/promises';
import { buildGoProgram, GoProcess, hasGo } from '../../interop/go-process.js';
import type { Scene } from '../harness/index.js';

const WORKERS = 5;
const PAUSE = 200;

/** A process of gocraft/work that shares the namespace: it enqueues jobs, and runs those called `go_work`. */
export class GoNeighbour {
  readonly #scene: Scene;
  readonly #process: GoProcess;
  #told = 0;
  #stopping = false;
  #enqueuing: Promise<void> = Promise.resolve();

  private constructor(scene: Scene, process: GoProcess) {
    this.#scene = scene;
    this.#process = process;
  }

  /** Starts one; `undefined` where there is no Go. */
  static async start(scene: Scene): Promise<GoNeighbour | undefined> {
    if (!hasGo) return undefined;
    const process = new GoProcess(buildGoProgram(), scene.url, scene.namespace);
    const neighbour = new GoNeighbour(scene, process);
    await process.ask('start', { workers: WORKERS, jobs: [{ name: 'go_work', maxFails: 4 }] });
    neighbour.#enqueuing = neighbour.#enqueue();
    return neighbour;
  }

  /** Stops enqueueing. What Go has lost track of in its own lists is found when its process is dead. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.race([this.#enqueuing, sleep(5_000)]);
    this.#tell();
    this.#scene.log.write('fault', { fault: 'Go process killed' });
    this.#process.kill();
    this.#scene.log.write('healed', { fault: 'Go process killed' });
  }

  async #enqueue(): Promise<void> {
    for (let count = 0; !this.#stopping; count++) {
      const [name, ref] = [count % 2 === 0 ? 'go_work' : 'work', `go-${count}`];
      try {
        const { id } = await this.#process.ask<{ id: string }>('enqueue', { name, args: { ref } });
        this.#scene.log.write('ok', { ref, name, id });
      } catch (error) {
        this.#scene.log.write('unknown', { ref, name, text: String(error) });
      }
      this.#tell();
      await sleep(PAUSE);
    }
  }

  /** Logs what Go has run since it was last asked. */
  #tell(): void {
    for (const { started, ended, name, args } of this.#process.runs.slice(this.#told)) {
      const ref = (args as { ref?: string } | undefined)?.ref ?? this.#refOf(ended);
      this.#scene.log.write(started ? 'start' : 'end', { ref, id: started ?? ended, name });
    }
    this.#told = this.#process.runs.length;
  }

  #refOf(id: string | undefined): string {
    const begun = this.#process.runs.find(({ started }) => started === id);
    return (begun?.args as { ref?: string } | undefined)?.ref ?? id ?? '';
  }
}
