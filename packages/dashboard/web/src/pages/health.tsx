import type { ComponentChildren } from 'preact';
import type { Health } from '../api';
import { bytes, count, milliseconds } from '../format';
import { Badge, Failure, Loading, PageHead } from '../parts/basics';
import { Copy } from '../parts/copy';
import { useHealth } from '../queries';

export function HealthPage() {
  const { data, error } = useHealth();
  return (
    <>
      <PageHead title="Health" />
      {error && <Failure error={error} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Settings findings={data.findings} />
          <Integrity findings={data.integrity} />
          <section>
            <h2>Redis</h2>
            <RedisFacts health={data} />
          </section>
        </>
      )}
    </>
  );
}

function Settings({ findings }: Pick<Health, 'findings'>) {
  return (
    <Findings
      title="Redis configuration"
      calm="Nothing in the configuration or the state of Redis endangers jobs."
    >
      {findings.map(({ severity, what, remedy }) => (
        <li key={what} class={severity === 'warning' ? 'warn' : 'bad'}>
          <Badge kind={severity === 'warning' ? 'warn' : 'bad'}>
            {severity === 'warning' ? 'warning' : 'critical'}
          </Badge>{' '}
          {what}
          <p>
            <code>{remedy}</code>{' '}
            {remedy.startsWith('CONFIG SET') && <Copy text={remedy} what="the remedy" />}
          </p>
        </li>
      ))}
    </Findings>
  );
}

function Integrity({ findings }: { findings: Health['integrity'] }) {
  return (
    <Findings
      title="Data integrity"
      calm="Locks, pools, and the ends of the lists of jobs are in order."
    >
      {findings.map(({ what, consequence, remedy }) => (
        <li key={what} class="warn">
          <Badge kind="warn">warning</Badge> {what}
          <p>
            {consequence} <strong>{remedy}</strong>
          </p>
        </li>
      ))}
    </Findings>
  );
}

function Findings({
  title,
  calm,
  children,
}: {
  title: string;
  calm: string;
  children: ComponentChildren[];
}) {
  return (
    <section>
      <h2>{title}</h2>
      {children.length === 0 ? <p class="calm">{calm}</p> : <ul class="findings">{children}</ul>}
    </section>
  );
}

function RedisFacts({ health }: { health: Health }) {
  const { version, role, usedMemory, maxMemory, clients, commandsPerSecond } = health;
  const facts: [label: string, value: string][] = [
    ['Version', version],
    ['Role', role],
    ['Memory', bytes(usedMemory)],
    ['Memory limit', maxMemory > 0 ? bytes(maxMemory) : 'none'],
    ['Connections', count(clients)],
    ['Commands / s', count(commandsPerSecond)],
    ['Round trip', milliseconds(health.roundTrip)],
    ['Clock skew', milliseconds(Math.abs(health.skew))],
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
