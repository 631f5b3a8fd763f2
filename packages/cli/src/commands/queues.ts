import type { QueueStatus } from '@nestcraft/engine';
import { duration, isoOf, relative } from '../output/time.js';
import { counted, number } from '../output/text.js';
import { wholeNumber } from '../session/given.js';
import type { Command } from './command.js';

export const queues: Command = {
  usage: 'queues',
  about: 'list the queues',
  async run(session) {
    const all = await session.client.queues.list();
    session.print(
      all.map((queue) => ({ ...queue, pausedUntil: isoOf(queue.pausedUntil) })),
      () =>
        session.table(
          all,
          [
            { title: 'Queue', text: ({ jobName }) => jobName, flexible: true },
            { title: 'Waiting', text: ({ count }) => number(count), right: true },
            { title: 'Oldest', text: oldestOf, right: true },
            { title: 'Running', text: ({ inProgress }) => number(inProgress), right: true },
            { title: 'Limit', text: limitOf, right: true },
            {
              title: 'State',
              text: stateOf,
              tone: ({ paused }) => (paused ? 'yellow' : undefined),
            },
          ],
          'There are no queues.',
        ),
    );
    return undefined;
  },
};

function oldestOf({ count, latency }: QueueStatus): string {
  return count === 0 ? '–' : duration(latency);
}

function limitOf({ maxConcurrency }: QueueStatus): string {
  return maxConcurrency === 0 ? '–' : number(maxConcurrency);
}

function stateOf({ paused, pausedUntil }: QueueStatus): string {
  if (!paused) return '';
  return pausedUntil ? `paused, ends ${relative(pausedUntil)}` : 'paused';
}

export const pause: Command = {
  usage: 'pause <name>',
  about: 'start no further jobs of a name, in all processes',
  options: [{ flags: '--for <duration>', about: 'how long, such as 10m; default: until resume' }],
  async run(session, given) {
    const name = given.argument(0);
    const length = given.text('for');
    await session.client.queue(name).pause({ for: length });
    session.print({ status: 'paused', jobName: name }, () => `Paused ${name}.\n`);
    return undefined;
  },
};

export const resume: Command = {
  usage: 'resume <name>',
  about: 'end a pause',
  async run(session, given) {
    const name = given.argument(0);
    const { status } = await session.client.queue(name).resume();
    const text = status === 'resumed' ? `Resumed ${name}.` : `${name} was not paused.`;
    session.print({ status, jobName: name }, () => `${text}\n`);
    return undefined;
  },
};

export const limit: Command = {
  usage: 'limit <name> <number>',
  about: 'limit how many jobs of a name run at the same time; 0 removes the limit',
  async run(session, given) {
    const name = given.argument(0);
    const most = wholeNumber('The limit', given.argument(1));
    await session.client.queue(name).limit(most);
    const text = most === 0 ? `${name} has no limit.` : `At most ${number(most)} of ${name} run.`;
    session.print({ jobName: name, maxConcurrency: most }, () => `${text}\n`);
    return undefined;
  },
};

export const empty: Command = {
  usage: 'empty <name>',
  about: 'delete all waiting jobs of a name',
  async run(session, given) {
    const queue = session.client.queue(given.argument(0));
    const { total } = await queue.list({ limit: 1 });
    await session.confirm(`Delete ${counted(total, 'waiting job')} of ${queue.jobName}?`);
    return session.bulk('deleted', (control) => queue.empty(control));
  },
};
