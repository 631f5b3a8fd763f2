import type { Client, JobSet, JobSetName, ShownEntry, TimedJob } from '@nestcraft/engine';
import { argsText, errorText, jobJson } from '../output/jobs.js';
import { isoOf, relative } from '../output/time.js';
import { number } from '../output/text.js';
import type { Given } from '../session/given.js';
import type { Session } from '../session/session.js';
import type { Command, CommandOption } from './command.js';

/** Returns a set of jobs by its name in Redis. */
export function setOf(client: Client, name: JobSetName): JobSet {
  return name === 'retry' ? client.retries : client[name];
}

export const SET_NAMES = ['scheduled', 'retry', 'dead'] as const;

const PAGING: readonly CommandOption[] = [
  { flags: '--limit <number>', about: 'how many jobs, at most 200; default 20' },
  { flags: '--from <number>', about: 'how many jobs to skip; a list names the number to continue' },
];

export const jobs: Command = {
  usage: 'jobs <name>',
  about: 'list the waiting jobs of a name, the next job first',
  options: PAGING,
  async run(session, given) {
    const queue = session.client.queue(given.argument(0));
    const paging = { from: given.number('from'), limit: given.number('limit') };
    const { jobs, total, next } = await queue.list(paging);
    const columns = [
      {
        title: '#',
        text: ({ position }: { position: number }) => number(position),
        right: true,
      },
      { title: 'Id', text: ({ id }: ShownEntry) => id },
      { title: 'Enqueued', text: ({ job }: ShownEntry) => relative(job?.enqueuedAt), right: true },
      { title: 'Arguments', text: argsText, flexible: true },
    ];
    session.print(
      { total, next, jobs: jobs.map((one) => ({ ...jobJson(one), position: one.position })) },
      () => session.table(jobs, columns, `No job of ${queue.jobName} waits.`) + more(total, next),
    );
    return undefined;
  },
};

export const scheduled = setCommand(
  'scheduled',
  'scheduled',
  'list the jobs that wait for their time',
  'Runs',
);
export const retries = setCommand(
  'retries',
  'retry',
  'list the failed jobs that wait for their retry',
  'Runs',
);
export const dead = setCommand('dead', 'dead', 'list the dead jobs, the newest first', 'Died');

function setCommand(usage: string, set: JobSetName, about: string, title: string): Command {
  return {
    usage,
    about,
    options: [{ flags: '--name <name>', about: 'only the jobs of a name' }, ...PAGING],
    run: (session, given) => listSet(session, given, set, title),
  };
}

async function listSet(
  session: Session,
  given: Given,
  set: JobSetName,
  title: string,
): Promise<undefined> {
  const { jobs, total, next } = await setOf(session.client, set).list({
    ...{ from: given.number('from'), limit: given.number('limit'), jobName: given.text('name') },
    newestFirst: set === 'dead',
  });
  const last =
    set === 'scheduled'
      ? { title: 'Arguments', text: argsText, flexible: true }
      : { title: 'Error', text: errorText, flexible: true };
  const columns = [
    { title: 'Id', text: ({ id }: TimedJob) => id },
    { title: 'Name', text: ({ job }: TimedJob) => job?.name ?? '(not a job)', flexible: true },
    { title, text: ({ at }: TimedJob) => relative(at), right: true },
    ...(set === 'scheduled' ? [] : [failsColumn]),
    last,
  ];
  session.print(
    { total, next, jobs: jobs.map((one) => ({ ...jobJson(one), at: isoOf(one.at) })) },
    () => session.table(jobs, columns, `There are no ${set} jobs here.`) + more(total, next),
  );
  return undefined;
}

const failsColumn = {
  title: 'Fails',
  text: ({ job }: TimedJob) => number(job?.fails ?? 0),
  right: true,
};

function more(total: number, next: number | undefined): string {
  return next === undefined ? '' : `${number(total)} in all. Continue with --from ${next}.\n`;
}
