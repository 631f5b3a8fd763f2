import type { LocatedJob } from '@nestcraft/engine';
import { jobJson } from '../output/jobs.js';
import { isoOf, relative } from '../output/time.js';
import { clean, number } from '../output/text.js';
import { CommandFailure } from '../session/failures.js';
import type { Given } from '../session/given.js';
import type { Session } from '../session/session.js';
import type { Command, CommandOption } from './command.js';

export const NAME_OPTION: CommandOption = {
  flags: '--name <name>',
  about: "the job's name, which makes the search faster",
};

/** Finds the job of the first argument. @throws CommandFailure if there is none */
export async function findJob(session: Session, given: Given): Promise<LocatedJob> {
  const id = given.argument(0);
  const found = await session.client.find(id, { jobName: given.text('name') });
  if (found) return found;
  throw new CommandFailure(`There is no job ${id}: it is done or deleted, or has another id.`);
}

export const job: Command = {
  usage: 'job <id>',
  about: 'show a job, wherever it is, and its failed attempts',
  options: [NAME_OPTION],
  async run(session, given) {
    const found = await findJob(session, given);
    const attempts = await session.client.attempts(found.id);
    const facts = [
      ['Id', found.id],
      ['Name', found.job?.name ?? '(not a job)'],
      ['State', stateText(found)],
      ['Enqueued', relative(found.job?.enqueuedAt)],
      ['Fails', number(found.job?.fails ?? 0)],
      ['Error', found.job?.lastError],
      ['Entry', found.text],
    ] as const;
    session.print(
      {
        ...{ ...jobJson(found), state: found.state },
        at: 'at' in found ? isoOf(found.at) : null,
        position: 'position' in found ? found.position : null,
        workerPoolId: 'workerPoolId' in found ? found.workerPoolId : null,
        attempts: attempts.map((one) => ({ ...one, at: isoOf(one.at) })),
      },
      () =>
        facts
          .filter(([, value]) => value !== undefined)
          .map(
            ([label, value = '']) => `${session.style('dim', label.padEnd(9))} ${clean(value)}\n`,
          )
          .join('') +
        attempts
          .map(
            ({ at, host, error }) =>
              `${session.style('dim', 'Attempt'.padEnd(9))} ${relative(at)} on ${clean(host)}: ${clean(error.split('\n')[0] ?? '')}\n`,
          )
          .join(''),
    );
    return undefined;
  },
};

function stateText(found: LocatedJob): string {
  switch (found.state) {
    case 'queued':
      return `waits in its queue, at position ${number(found.position)}`;
    case 'running':
      return `runs in pool ${found.workerPoolId}`;
    case 'scheduled':
      return `scheduled, runs ${relative(found.at)}`;
    case 'retry':
      return `failed, runs again ${relative(found.at)}`;
    case 'dead':
      return `dead since ${relative(found.at)}`;
  }
}
