import { parseSchedule, type RegisteredSchedule, type ScheduleResult } from '@nestcraft/engine';
import { isoOf, relative } from '../output/time.js';
import type { Command } from './command.js';

interface ScheduleRow extends RegisteredSchedule {
  readonly pools: number;
  readonly next: Date | undefined;
  readonly last: ScheduleResult | undefined;
}

export const schedules: Command = {
  usage: 'schedules',
  about: 'list the schedules of periodic jobs, and how their last jobs ended',
  async run(session) {
    const results = await session.client.schedules.results();
    const registered = (await session.client.pools.list()).flatMap((pool) => pool.schedules);
    const now = await session.client.server.time();
    const first = new Map(registered.toReversed().map((schedule) => [schedule.id, schedule]));
    const rows = [...first.values()].map((schedule): ScheduleRow => ({
      ...schedule,
      pools: registered.filter(({ id }) => id === schedule.id).length,
      next: nextOf(schedule, now),
      last: results.get(schedule.id),
    }));
    session.print(
      rows.map((row) => ({
        ...row,
        next: isoOf(row.next),
        last: row.last && { ...row.last, at: isoOf(row.last.at) },
      })),
      () =>
        session.table(
          rows,
          [
            { title: 'Job', text: ({ jobName }) => jobName, flexible: true },
            { title: 'Schedule', text: ({ spec }) => spec },
            { title: 'Next', text: ({ next }) => relative(next), right: true },
            { title: 'Pools', text: (row) => String(row.pools), right: true },
            {
              title: 'Last',
              text: ({ last }) => (last ? `${last.result} ${relative(last.at)}` : '–'),
              flexible: true,
              tone: ({ last }) =>
                last && ['failed', 'dead'].includes(last.result) ? 'red' : undefined,
            },
          ],
          'No running pool registers a schedule.',
        ),
    );
    return undefined;
  },
};

function nextOf({ spec }: RegisteredSchedule, now: Date): Date | undefined {
  try {
    return parseSchedule(spec).next(now) ?? undefined;
  } catch {
    return undefined; // Written by another version.
  }
}
