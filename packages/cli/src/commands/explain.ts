import type { Explanation, Reason } from '@nestcraft/engine';
import { isoOf, relative } from '../output/time.js';
import { clean, number, wrap } from '../output/text.js';
import { UsageFailure } from '../session/failures.js';
import type { Session } from '../session/session.js';
import type { Command } from './command.js';

const VERDICTS: Readonly<Record<Explanation['verdict'], string>> = {
  none: 'Nothing holds it back: it starts with the next fetch.',
  waiting: 'It starts without help.',
  blocked: 'It does not start before somebody acts.',
  running: 'It runs.',
  over: 'It does not run again on its own.',
};

export const explain: Command = {
  usage: 'explain [id]',
  about: 'say why a job does not start, or with --name why the jobs of a name do not',
  options: [{ flags: '--name <name>', about: 'the name of the job, or without an id a name' }],
  async run(session, given) {
    const [id, job] = [given.optionalArgument(0), given.text('name')];
    const explanation = await session.client.explain(questionOf(id, job));
    session.print(explanationJson(explanation), () => explanationText(session, explanation));
    return undefined;
  },
};

function questionOf(id: string | undefined, job: string | undefined) {
  if (id !== undefined) return { id, job };
  if (job !== undefined) return { job };
  throw new UsageFailure('Give the id of a job, or --name.');
}

function explanationJson({ reasons, startsAt, at, ...rest }: Explanation) {
  return {
    ...rest,
    startsAt: isoOf(startsAt),
    at: isoOf(at),
    reasons: reasons.map((reason) => ({
      ...reason,
      since: isoOf(reason.since),
      until: isoOf(reason.until),
    })),
  };
}

function explanationText(session: Session, explanation: Explanation): string {
  const { subject, state, verdict, position, startsAt, at, reasons } = explanation;
  const name = [subject.jobName, subject.id].filter(Boolean).map(String).map(clean).join(' ');
  const place = position === undefined ? '' : `, position ${number(position)}`;
  const starts = startsAt ? ` Expected ${relative(startsAt, at.getTime())}.` : '';
  return [
    `${session.style('bold', name)} (${STATES[state]}${place})`,
    `${VERDICTS[verdict]}${starts}`,
    ...reasons.flatMap((reason, index) => reasonLines(session, reason, index)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

const STATES: Readonly<Record<Explanation['state'], string>> = {
  queued: 'in its queue',
  scheduled: 'scheduled',
  retry: 'waits for its retry',
  running: 'running',
  dead: 'dead',
  held: 'waits behind an equal job',
  empty: 'no job waits',
  notFound: 'not found',
};

function reasonLines(session: Session, { text, remedy }: Reason, index: number): string[] {
  const mark = `${index + 1}. `;
  const width = session.width - mark.length;
  const [first = '', ...rest] = wrap(text, width);
  const remedies = remedy === '' ? [] : wrap(`→ ${remedy}`, width);
  return [
    '',
    mark + first,
    ...rest.map((line) => `   ${line}`),
    ...remedies.map((line) => `   ${session.style('bold', line)}`),
  ];
}
