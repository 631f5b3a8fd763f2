import { Injectable } from '@nestjs/common';
import { Client, Enqueuer, parseSchedule, type RegisteredSchedule } from '@nestcraft/work';
import { Problem } from './problem.js';

const NEXT_FIRINGS = 5;

/** The schedules that live pools register. */
@Injectable()
export class Periodic {
  constructor(
    private readonly client: Client,
    private readonly enqueuer: Enqueuer,
  ) {}

  async list() {
    const [pools, results] = await Promise.all([
      this.client.workerPoolHeartbeats(),
      this.client.scheduleResults(),
    ]);
    const byId = new Map(pools.flatMap(({ schedules }) => schedules.map((one) => [one.id, one])));
    return [...byId.values()].map(({ id, jobName, spec, overlap, missed }) => {
      const last = results.get(id);
      return {
        ...{ id, jobName, spec, overlap, missed },
        pools: pools.filter(({ schedules }) => schedules.some((one) => one.id === id)).length,
        next: nextFirings(spec),
        last: last && { ...last, at: last.at.getTime() / 1000 },
      };
    });
  }

  /** Enqueues a job of a schedule now; `duplicate` if its jobs do not overlap and one waits or runs. */
  async run(id: string): Promise<'enqueued' | 'duplicate'> {
    const schedule = await this.find(id);
    const { jobName, spec, overlap, argsText = 'null' } = schedule;
    const args = JSON.parse(argsText) as Record<string, unknown> | null;
    if (overlap === 'allow') {
      await this.enqueuer.enqueue(jobName, args);
      return 'enqueued';
    }
    // The claim of its firings.
    const job = await this.enqueuer.enqueueUniqueByKey(jobName, args, { periodic: spec });
    return job ? 'enqueued' : 'duplicate';
  }

  private async find(id: string): Promise<RegisteredSchedule> {
    const pools = await this.client.workerPoolHeartbeats();
    const found = pools.flatMap(({ schedules }) => schedules).find((one) => one.id === id);
    if (found) return found;
    throw new Problem(404, 'not_found', 'No running pool registers this schedule any more.');
  }
}

/** In seconds since the epoch. A spec of a pool with another version of this project may be none for us. */
function nextFirings(spec: string): number[] {
  try {
    const schedule = parseSchedule(spec);
    const times: number[] = [];
    let next = schedule.next(new Date());
    while (next && times.length < NEXT_FIRINGS) {
      times.push(next.getTime() / 1000);
      next = schedule.next(next);
    }
    return times;
  } catch {
    return [];
  }
}
