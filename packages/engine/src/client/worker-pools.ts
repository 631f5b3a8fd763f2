import type { Fleet, WorkerPoolHeartbeat } from '../stores/fleet.js';

/** The running worker pools of the namespace. */
export class WorkerPools {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** The pools as their heartbeats describe them, those of gocraft/work included. @throws NotConnectedError */
  list(): Promise<WorkerPoolHeartbeat[]> {
    return this.#fleet.heartbeats();
  }
}
