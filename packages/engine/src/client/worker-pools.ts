import type { Fleet, WorkerPoolHeartbeat } from '../stores/fleet.js';

/** The running worker pools of the namespace. */
export class WorkerPools {
  readonly #fleet: Fleet;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** Returns the pools as their heartbeats describe them, including those of gocraft/work. @throws NotConnectedError */
  list(): Promise<WorkerPoolHeartbeat[]> {
    return this.#fleet.heartbeats();
  }
}
