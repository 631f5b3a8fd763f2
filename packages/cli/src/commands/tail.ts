import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ShownEntry, TimedJob, WorkerObservation } from '@nestcraft/engine';
import { errorText } from '../output/jobs.js';
import { clean, number } from '../output/text.js';
import { UsageFailure } from '../session/failures.js';
import type { Session } from '../session/session.js';
import type { Tone } from '../terminal/style.js';
import type { Command } from './command.js';

/** Something that has happened, as `--json` shows it. */
interface TailEvent {
  readonly at: string;
  readonly event: 'started' | 'failed' | 'dead' | 'counts';
  readonly jobName?: string | undefined;
  readonly id?: string | undefined;
  readonly error?: string | undefined;
  readonly counts?: Counts | undefined;
}

interface Counts {
  readonly waiting: number;
  readonly running: number;
  readonly scheduled: number;
  readonly retry: number;
  readonly dead: number;
}

interface Sight {
  readonly counts: Counts;
  readonly running: readonly WorkerObservation[];
  readonly failed: readonly TimedJob[];
  readonly died: readonly TimedJob[];
}

// How many of the newest entries of a set one look reads.
const NEWEST = 200;
const SHORTEST = 100;
const TONES: Readonly<Record<TailEvent['event'], Tone | undefined>> = {
  started: 'green',
  failed: 'yellow',
  dead: 'red',
  counts: 'dim',
};

export const tail: Command = {
  usage: 'tail',
  about: 'show jobs as they start, fail and die, and the counts as they change; Ctrl-C ends it',
  options: [{ flags: '--interval <ms>', about: 'milliseconds between two looks; default 1000' }],
  async run(session, given) {
    const interval = given.number('interval') ?? 1_000;
    if (interval < SHORTEST) {
      throw new UsageFailure(`--interval ${interval} is too short: give at least ${SHORTEST}.`);
    }
    await session.interruptible((signal) => follow(session, interval, signal));
    return undefined;
  },
};

async function follow(session: Session, interval: number, signal: AbortSignal): Promise<void> {
  let before: Sight | undefined;
  while (!signal.aborted) {
    const sight = await look(session.client);
    for (const event of eventsBetween(before, sight)) {
      session.printLine(event, () => eventText(session, event));
    }
    before = sight;
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
}

async function look(client: Client): Promise<Sight> {
  const [queues, counts, running, failed, died] = await Promise.all([
    client.queues.list(),
    client.counts(),
    client.workers(),
    client.retries.list({ limit: NEWEST, newestFirst: true }),
    client.dead.list({ limit: NEWEST, newestFirst: true }),
  ]);
  const sum = (one: 'count' | 'inProgress') => queues.reduce((all, queue) => all + queue[one], 0);
  return {
    counts: { waiting: sum('count'), running: sum('inProgress'), ...counts },
    running,
    failed: failed.jobs,
    died: died.jobs,
  };
}

/** Returns what has happened between two looks; of the first look, the counts alone. */
function eventsBetween(before: Sight | undefined, now: Sight): TailEvent[] {
  const at = new Date().toISOString();
  const counts: TailEvent[] =
    JSON.stringify(before?.counts) === JSON.stringify(now.counts)
      ? []
      : [{ at, event: 'counts', counts: now.counts }];
  if (!before) return counts;
  const known = new Set(before.running.map(runOf));
  const started = now.running.filter((one) => !known.has(runOf(one)));
  return [
    ...started.map(({ jobName, jobId: id }) => ({ at, event: 'started' as const, jobName, id })),
    ...added(before.failed, now.failed).map((one) => endOf(at, 'failed', one)),
    ...added(before.died, now.died).map((one) => endOf(at, 'dead', one)),
    ...counts,
  ];
}

function runOf({ workerId, jobId }: WorkerObservation): string {
  return `${workerId} ${jobId}`;
}

function added(before: readonly TimedJob[], now: readonly TimedJob[]): TimedJob[] {
  const known = new Set(before.map(({ text }) => text));
  return now.filter(({ text }) => !known.has(text));
}

function endOf(at: string, event: 'failed' | 'dead', entry: ShownEntry): TailEvent {
  return { at, event, jobName: entry.job?.name, id: entry.id, error: errorText(entry) };
}

function eventText(session: Session, event: TailEvent): string {
  const { at, jobName = '', id = '', error = '', counts } = event;
  const time = session.style('dim', at.slice(11, 19));
  const word = session.style(TONES[event.event], event.event.padEnd(7));
  const text = counts
    ? Object.entries(counts)
        .map(([name, count]) => `${name} ${number(count as number)}`)
        .join(', ')
    : clean([jobName, id, error].filter(Boolean).join(' '));
  return `${time} ${word} ${text}`;
}
