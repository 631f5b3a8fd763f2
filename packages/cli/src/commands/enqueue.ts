import type { EnqueueOptions } from '@nestcraft/engine';
import { relative, isoOf } from '../output/time.js';
import { UsageFailure } from '../session/failures.js';
import type { Given } from '../session/given.js';
import type { Command } from './command.js';

export const enqueue: Command = {
  usage: 'enqueue <name> [args]',
  about: 'enqueue a job; the arguments are a JSON object',
  options: [
    { flags: '--in <duration>', about: 'how long it waits, such as 5m' },
    { flags: '--at <time>', about: 'when it runs, such as 2030-01-31T09:00:00Z' },
    { flags: '--unique', about: 'skip it if an equal one waits' },
  ],
  async run(session, given) {
    const options: EnqueueOptions = {
      in: given.text('in'),
      at: timeOf(given),
      unique: given.flag('unique'),
    };
    const name = given.argument(0);
    const result = await session.enqueuer.enqueue(name, argsOf(given), options);
    const runAt = result.status === 'scheduled' ? result.job.runAt : undefined;
    session.print(
      { status: result.status, id: result.id, runAt: isoOf(runAt) },
      () =>
        `${texts[result.status]}: ${result.id ?? '(unknown id)'}${runAt ? `, ${relative(runAt)}` : ''}\n`,
    );
    return undefined;
  },
};

const texts = {
  enqueued: 'Enqueued',
  scheduled: 'Scheduled',
  duplicate: 'Not enqueued, because an equal job waits',
  updated: 'An equal job waits and runs with these arguments',
} as const;

function argsOf(given: Given): Record<string, unknown> | undefined {
  const text = given.optionalArgument(1);
  if (text === undefined) return undefined;
  try {
    const args: unknown = JSON.parse(text);
    if (typeof args === 'object' && args !== null && !Array.isArray(args)) {
      return args as Record<string, unknown>;
    }
  } catch {
    // Reported below.
  }
  throw new UsageFailure(`The arguments are not a JSON object: give them as '{"to":"ada"}'.`);
}

function timeOf(given: Given): Date | undefined {
  const text = given.text('at');
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageFailure(`--at ${text} is not a time: give one such as 2030-01-31T09:00:00Z.`);
}
