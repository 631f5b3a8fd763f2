import type { Finding, FindingLevel } from '@nestcraft/engine';
import { clean, counted, wrap } from '../output/text.js';
import { EXIT } from '../session/failures.js';
import type { Session } from '../session/session.js';
import type { Tone } from '../terminal/style.js';
import type { Command } from './command.js';

const SIGNS: Readonly<Record<FindingLevel, readonly [sign: string, tone: Tone]>> = {
  ok: ['✓', 'green'],
  unknown: ['?', 'dim'],
  warning: ['!', 'yellow'],
  error: ['✗', 'red'],
};

export const doctor: Command = {
  usage: 'doctor',
  about: 'examine Redis, the worker pools and the jobs; exits with 2 if it finds errors',
  options: [
    { flags: '--strict', about: 'exit with 1 if there are only warnings or unknown findings' },
    { flags: '--ignore <code>', about: 'ignore the finding of this code', isList: true },
    { flags: '--all', about: 'also show what is in order' },
  ],
  async run(session, given) {
    const report = await session.client.doctor();
    const ignored = given.list('ignore');
    const findings = report.findings.filter(({ code }) => !ignored.includes(code));
    const level = findings[0]?.level ?? 'ok'; // The worst is the first.
    session.print({ ...report, level, findings }, () =>
      reportText(session, findings, given.flag('all')),
    );
    return exitCode(level, given.flag('strict'));
  },
};

function exitCode(level: FindingLevel, isStrict: boolean): number {
  if (level === 'error') return EXIT.usage;
  return isStrict && level !== 'ok' ? EXIT.failed : EXIT.ok;
}

function reportText(session: Session, findings: readonly Finding[], showsAll: boolean): string {
  const good = findings.filter(({ level }) => level === 'ok');
  const shown = findings.filter(({ level }) => showsAll || level !== 'ok');
  const blocks = shown.map((finding) => findingText(session, finding));
  const count = session.style('green', `✓ ${counted(good.length, 'check')} found nothing.`);
  return [...blocks, ...(showsAll ? [] : [`${count}\n`])].join('');
}

function findingText(session: Session, { level, code, text, remedy }: Finding): string {
  const [sign, tone] = SIGNS[level];
  const width = session.width - 2;
  const [first = '', ...rest] = wrap(text, width);
  const remedies = remedy === undefined ? [] : wrap(`→ ${remedy}`, width);
  return [
    `${session.style(tone, sign)} ${first}`,
    ...rest.map((line) => `  ${line}`),
    ...remedies.map((line) => `  ${session.style('bold', line)}`),
    ...(level === 'ok' ? [] : [`  ${session.style('dim', code)}`]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

export const repair: Command = {
  usage: 'repair',
  about: 'set wrong locks to the numbers of jobs in progress',
  options: [{ flags: '--dry-run', about: 'change nothing, and say exactly what would change' }],
  async run(session, given) {
    const dryRun = given.flag('dryRun');
    const repairs = await session.client.rebuildLocks({ dryRun });
    const would = dryRun ? 'would be' : 'was';
    session.print({ dryRun, repairs }, () =>
      repairs.length === 0
        ? 'All locks are correct.\n'
        : repairs
            .map(({ jobName, before, after, forgotten }) => {
              const lock =
                before === after
                  ? `The lock of ${jobName} is correct (${after}).`
                  : `The lock of ${jobName} ${would} set from ${before} to ${after}.`;
              const shares = forgotten.map(
                (id) => ` The empty share of the pool ${id} ${would} deleted.`,
              );
              return `${clean(`${lock}${shares.join('')}`)}\n`;
            })
            .join(''),
    );
    return undefined;
  },
};
