import { useQueryClient } from '@tanstack/preact-query';
import { useState } from 'preact/hooks';
import { get, type Health } from '../api';
import { ENDPOINTS } from '../endpoints';
import { bytes, count, milliseconds, plural } from '../format';
import { Badge, Failure, Loading, PageHead } from '../parts/basics';
import { useSay } from '../parts/confirm';
import { Copy } from '../parts/copy';
import { messageOf } from '../problems';
import { useHealth } from '../queries';
import { RepairLocks } from './repair-locks';

type Finding = Health['findings'][number];

const SECTIONS = [
  {
    subject: 'redis',
    title: 'Redis configuration',
    calm: 'Nothing in the configuration or the state of Redis endangers jobs.',
  },
  { subject: 'pools', title: 'Worker pools', calm: 'The pools are alive and handle all names.' },
  {
    subject: 'jobs',
    title: 'Data integrity',
    calm: 'Locks and the ends of the lists of jobs are in order.',
  },
] as const;

const LEVELS = {
  ok: { kind: 'good', label: 'good' },
  unknown: { kind: '', label: 'unknown' },
  warning: { kind: 'warn', label: 'warning' },
  error: { kind: 'bad', label: 'critical' },
} as const;

export function HealthPage() {
  const { data, error } = useHealth();
  return (
    <>
      <PageHead title="Health">
        <CheckAgain />
      </PageHead>
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          {SECTIONS.map(({ subject, title, calm }) => (
            <Findings
              key={subject}
              title={title}
              calm={calm}
              findings={data.findings.filter((one) => one.subject === subject)}
            />
          ))}
          <section>
            <h2>Redis</h2>
            <RedisFacts server={data.server} />
          </section>
        </>
      )}
    </>
  );
}

function CheckAgain() {
  const queries = useQueryClient();
  const say = useSay();
  const [isChecking, setChecking] = useState(false);
  const check = async () => {
    if (isChecking) return;
    setChecking(true);
    try {
      const health = await get<Health>(ENDPOINTS.healthAgain);
      queries.setQueryData(['health'], health);
      const problems = health.findings.filter(({ level }) => level !== 'ok').length;
      say(`Checked: ${problems === 0 ? 'no problems' : plural(problems, 'problem')}.`);
    } catch (error) {
      say(messageOf(error));
    } finally {
      setChecking(false);
    }
  };
  return (
    <button type="button" aria-disabled={isChecking} onClick={() => void check()}>
      Check again
    </button>
  );
}

function Findings({
  title,
  calm,
  findings,
}: {
  title: string;
  calm: string;
  findings: readonly Finding[];
}) {
  const problems = findings.filter(({ level }) => level !== 'ok');
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
        {problems.some(({ code }) => code === 'locks') && <RepairLocks />}
      </div>
      {problems.length === 0 ? (
        <p class="calm">{calm}</p>
      ) : (
        <ul class="findings">
          {problems.map((finding) => (
            <Problem key={finding.text} {...finding} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Problem({ level, text, remedy }: Finding) {
  const { kind, label } = LEVELS[level];
  return (
    <li class={kind}>
      <Badge kind={kind}>{label}</Badge> {text}
      <p>{remedy !== undefined && <Remedy text={remedy} />}</p>
    </li>
  );
}

/** A command to copy, or advice. */
function Remedy({ text }: { text: string }) {
  if (!/^(CONFIG|ACL) SET/.test(text)) return <strong>{text}</strong>;
  return (
    <>
      <code>{text}</code> <Copy text={text} what="the remedy" />
    </>
  );
}

function RedisFacts({ server }: Pick<Health, 'server'>) {
  const { version, role, usedMemory, maxMemory, clients, commandsPerSecond, skew } = server;
  const facts: [label: string, value: string][] = [
    ['Version', version ?? '–'],
    ['Role', role ?? '–'],
    ['Memory', known(usedMemory, bytes)],
    ['Memory limit', maxMemory === 0 ? 'none' : known(maxMemory, bytes)],
    ['Connections', known(clients, count)],
    ['Commands / s', known(commandsPerSecond, count)],
    ['Round trip', milliseconds(server.roundTrip)],
    ['Clock skew', milliseconds(skew && Math.abs(skew))],
  ];
  return (
    <ul class="cards">
      {facts.map(([label, value]) => (
        <li key={label} class="card">
          <span class="label">{label}</span>
          <span class="value">{value}</span>
        </li>
      ))}
    </ul>
  );
}

/** Shows a figure; a managed Redis may keep it to itself. */
function known(figure: number | undefined, shown: (figure: number) => string): string {
  return figure === undefined ? '–' : shown(figure);
}
