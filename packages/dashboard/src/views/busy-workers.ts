import { Injectable } from '@nestjs/common';
import { Client, type WorkerObservation, type WorkerPoolHeartbeat } from '@nestcraft/work';

/** A worker that runs a job, and its pool. */
export interface BusyWorker {
  readonly observation: WorkerObservation;
  readonly pool: WorkerPoolHeartbeat | undefined;
}

/** The workers of all pools that are running a job. */
@Injectable()
export class BusyWorkers {
  constructor(private readonly client: Client) {}

  /** Returns the busy workers, longest-running first. */
  async list(pools?: readonly WorkerPoolHeartbeat[]): Promise<BusyWorker[]> {
    const all = pools ?? (await this.client.pools.list());
    const poolOf = new Map(all.flatMap((pool) => pool.workerIds.map((id) => [id, pool] as const)));
    const observations = await this.client.workers(all);
    return observations
      .map((observation) => ({ observation, pool: poolOf.get(observation.workerId) }))
      .sort((a, b) => a.observation.startedAt.getTime() - b.observation.startedAt.getTime());
  }

  async find(workerId: string): Promise<BusyWorker | undefined> {
    const pools = await this.client.pools.list();
    const pool = pools.find(({ workerIds }) => workerIds.includes(workerId));
    const workers = pool ? await this.list([{ ...pool, workerIds: [workerId] }]) : [];
    return workers[0];
  }
}
