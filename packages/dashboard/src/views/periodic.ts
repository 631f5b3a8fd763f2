import { Injectable } from '@nestjs/common';
import { Client, Enqueuer, parseSchedule, type RegisteredSchedule } from '@nestcraft/work';
import { parseExactly } from './exact-json.js';
import type { Presenter } from './presenter.js';
import type { ScheduleView } from './schedule-view.js';
import { Problem } from '../http/problem.js';

const NEXT_FIRINGS = 5;

/** The schedules that live pools register. */
@Injectable()
export class Periodic {
  constructor(
    private readonly client: Client,
    private readonly enqueuer: Enqueuer,
  ) {}

  async list(presenter: Presenter): Promise<ScheduleView[]> {
    const [pools, results] = await Promise.all([
      this.client.pools.list(),
      this.client.schedules.results(),
    ]);
    const byId = new Map(pools.flatMap(({ schedules }) => schedules.map((one) => [one.id, one])));
    return [...byId.values()].map(({ id, jobName, spec, overlap, missed }) => {
      const last = results.get(id);
      return {
        ...{ id, jobName, spec, overlap, missed },
        pools: pools.filter(({ schedules }) => schedules.some((one) => one.id === id)).length,
        next: nextFirings(spec),
        last: last && presenter.scheduleResult(jobName, last),
      };
    });
  }

  /**
   * Enqueues a job of a schedule now; returns `duplicate` if its jobs must not overlap and one is waiting or running.
   */
  async run(schedule: RegisteredSchedule): Promise<'enqueued' | 'duplicate'> {
    const { jobName, spec, overlap, argsText = 'null' } = schedule;
    const args = parseArgs(argsText);
    if (overlap === 'allow') {
      await this.enqueuer.enqueue(jobName, args);
      return 'enqueued';
    }
    // The claim that its firings use.
    const { job } = await this.enqueuer.enqueue(jobName, args, {
      unique: { key: { periodic: spec } },
    });
    return job ? 'enqueued' : 'duplicate';
  }

  /** Returns a schedule; `undefined` if no running pool registers it (any longer). */
  async find(id: string): Promise<RegisteredSchedule | undefined> {
    const pools = await this.client.pools.list();
    return pools.flatMap(({ schedules }) => schedules).find((one) => one.id === id);
  }
}

/** @throws Problem for invalid data in a heartbeat */
function parseArgs(text: string): Record<string, unknown> | null {
  try {
    return parseExactly(text) as Record<string, unknown> | null;
  } catch {
    throw new Problem(
      400,
      'invalid',
      'The arguments that the pool registered for the schedule are not valid JSON.',
    );
  }
}

/**
 * Returns the next firings in seconds since the epoch. A pool with another version of this project may use a spec that
 * is invalid here.
 */
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
