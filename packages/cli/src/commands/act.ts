import type { JobSetName, LocatedJob, RunNowResult } from '@nestcraft/engine';
import { CommandFailure, UsageFailure } from '../session/failures.js';
import { oneOf, type Given } from '../session/given.js';
import type { Session } from '../session/session.js';
import type { Command, CommandOption } from './command.js';
import { findJob, NAME_OPTION } from './job.js';
import { SET_NAMES, setOf } from './job-sets.js';

const ALL: CommandOption = { flags: '--all', about: 'all jobs of a set, or those of --name' };

export const retry: Command = {
  usage: 'retry [id]',
  about: 'run a dead or failed job again now; with --all, all dead jobs',
  options: [
    NAME_OPTION,
    ALL,
    { flags: '--set <set>', about: 'with --all: dead (default) or retry' },
  ],
  run: (session, given) => runNow(session, given, ['dead', 'retry']),
};

export const run: Command = {
  usage: 'run [id]',
  about: 'run a scheduled job now; with --all, all scheduled jobs',
  options: [
    NAME_OPTION,
    ALL,
    { flags: '--set <set>', about: 'with --all: scheduled (default), retry or dead' },
  ],
  run: (session, given) => runNow(session, given, ['scheduled', 'retry', 'dead']),
};

/** @param sets where the job may be; the first is the one for `--all` */
async function runNow(
  session: Session,
  given: Given,
  sets: readonly JobSetName[],
): Promise<number | undefined> {
  if (wantsAll(given)) {
    const set = setIn(given, sets) ?? sets[0] ?? 'dead';
    const jobName = given.text('name');
    return session.bulk('enqueued', (control) =>
      setOf(session.client, set).runAll({ ...control, jobName }),
    );
  }
  const found = await findJob(session, given);
  if (found.state === 'queued' || found.state === 'running') throw isElsewhere(found);
  const { status } = await setOf(session.client, found.state).runNow(found);
  if (status !== 'enqueued') throw new CommandFailure(`${REFUSED[status]} (${found.id}).`);
  session.print({ status, id: found.id }, () => `${found.id} is in its queue.\n`);
  return undefined;
}

const REFUSED: Readonly<Record<Exclude<RunNowResult['status'], 'enqueued'>, string>> = {
  duplicate: 'The job stays where it is, because an equal unique job waits or runs',
  unknown: 'The job stays where it is, because no pool ever registered its name',
  notFound: 'The job has just moved: try again',
};

export const remove: Command = {
  usage: 'delete [id]',
  about: 'delete a job that does not run; with --all, a set of jobs',
  options: [
    NAME_OPTION,
    ALL,
    { flags: '--set <set>', about: 'with --all: scheduled, retry or dead' },
  ],
  async run(session, given) {
    if (wantsAll(given)) return deleteAll(session, given);
    const found = await findJob(session, given);
    if (found.state === 'running') throw isElsewhere(found);
    await session.confirm(`Delete ${found.job?.name ?? 'the entry'} ${found.id}?`);
    const { status } =
      found.state === 'queued'
        ? await session.client.queue(found.job?.name ?? '').delete(found)
        : await setOf(session.client, found.state).delete(found);
    if (status === 'tooDeep') {
      throw new CommandFailure(`${found.id} is too deep in its queue to be deleted: cancel it.`);
    }
    if (status !== 'deleted') throw new CommandFailure(`${found.id} has just moved: try again.`);
    session.print({ status, id: found.id }, () => `Deleted ${found.id}.\n`);
    return undefined;
  },
};

async function deleteAll(session: Session, given: Given): Promise<number> {
  const set = setIn(given, SET_NAMES);
  if (set === undefined) throw new UsageFailure('--all needs --set: scheduled, retry or dead.');
  const jobName = given.text('name');
  const jobs = setOf(session.client, set);
  const { count, exact } = await jobs.count(jobName);
  const which = `${exact ? '' : 'about '}${count} ${set} jobs${jobName ? ` of ${jobName}` : ''}`;
  await session.confirm(`Delete ${which}?`);
  return session.bulk('deleted', (control) => jobs.deleteAll({ ...control, jobName }));
}

export const cancel: Command = {
  usage: 'cancel <id>',
  about: 'cancel a waiting or running job',
  options: [NAME_OPTION],
  async run(session, given) {
    const id = given.argument(0);
    await session.confirm(`Cancel ${id}?`);
    const { status } = await session.client.cancel(id, { jobName: given.text('name') });
    if (status === 'notFound') {
      throw new CommandFailure(`${id} neither waits nor runs: it is done, dead or unknown.`);
    }
    session.print({ status, id }, () => `${id}: ${CANCELLED[status]}\n`);
    return undefined;
  },
};

const CANCELLED = {
  removed: 'cancelled before it ran.',
  signalled: 'its signal aborts.',
  marked: 'dropped when its turn comes.',
  ignored: 'runs in a pool of gocraft/work, which cannot abort it. It continues.',
} as const;

/** Returns whether all jobs are meant. @throws UsageFailure if that is unclear */
function wantsAll(given: Given): boolean {
  const [all, id] = [given.flag('all'), given.optionalArgument(0)];
  if (all === (id === undefined)) return all;
  throw new UsageFailure(
    all ? 'Give an id or --all, not both.' : 'Give the id of a job, or --all.',
  );
}

function setIn(given: Given, sets: readonly JobSetName[]): JobSetName | undefined {
  const text = given.text('set');
  return text === undefined ? undefined : oneOf('--set', text, sets);
}

function isElsewhere({ id, state }: LocatedJob): CommandFailure {
  return new CommandFailure(
    state === 'queued' ? `${id} already waits in its queue.` : `${id} runs: cancel it to stop it.`,
  );
}
