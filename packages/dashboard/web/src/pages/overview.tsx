import type { Metrics, Queue, Snapshot } from '../api';
import { whatNeedsAttention } from '../attention';
import { count, duration } from '../format';
import { useLive, useNow } from '../live';
import { Badge, Failure, Loading, PageHead } from '../parts/basics';
import { Sparkline } from '../parts/sparkline';
import { Table } from '../parts/table';
import { Link } from '../router';
import type { Route } from '../routes';
import { useHealth, useLastHour, useRates } from '../queries';
import { Charts } from './charts';
import { FirstSteps } from './first-steps';
import { useQueueColumns } from './queue-columns';

const RECENT = 5;
const BUSIEST = 5;

export function Overview() {
  const { snapshot } = useLive();
  const { data: metrics, error } = useLastHour();
  return (
    <>
      <PageHead title="Overview" />
      {snapshot ? (
        <>
          {snapshot.queues.length === 0 ? (
            <FirstSteps pools={snapshot.pools.length} />
          ) : (
            <NeedsAttention snapshot={snapshot} metrics={metrics} />
          )}
          <Cards snapshot={snapshot} metrics={metrics} />
        </>
      ) : (
        <Loading />
      )}
      <section>
        <h2>The last hour</h2>
        {error && <Failure error={error} />}
        {metrics && <Charts metrics={metrics} />}
      </section>
      {snapshot && <Busiest queues={snapshot.queues} />}
    </>
  );
}

function NeedsAttention({
  snapshot,
  metrics,
}: {
  snapshot: Snapshot;
  metrics?: Metrics | undefined;
}) {
  const now = useNow();
  const { data: health, error } = useHealth();
  const rates = [...(useRates()?.values() ?? [])];
  const found = whatNeedsAttention({ snapshot, metrics, rates, health, now });
  return (
    <section>
      <h2>Needs attention</h2>
      {error && <Failure error={error} />}
      {found.length === 0 && <p class="calm">Nothing needs attention. All queues are served.</p>}
      {found.length > 0 && (
        <ul class="attention">
          {found.map(({ kind, to, subject, text }) => (
            <li key={subject + text} class={kind}>
              <Link to={to}>
                <Badge kind={kind}>{kind === 'bad' ? 'critical' : 'warning'}</Badge>
                <strong>{subject}</strong>: {text}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Cards({ snapshot, metrics }: { snapshot: Snapshot; metrics?: Metrics | undefined }) {
  const { queues, pools, counts, busy } = snapshot;
  const waiting = queues.reduce((sum, queue) => sum + queue.count, 0);
  const oldest = Math.max(0, ...queues.map(({ latency }) => latency));
  const workers = pools.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const cards: Card[] = [
    {
      label: 'Done / min',
      to: { page: 'metrics' },
      ...rateOf(metrics, 'done'),
      tone: '',
      line: 'good',
    },
    { label: 'Failed / min', to: { page: 'metrics' }, ...rateOf(metrics, 'failed'), line: 'bad' },
    { label: 'Waiting', to: { page: 'queues' }, value: count(waiting) },
    { label: 'Oldest wait', to: { page: 'queues' }, value: waiting > 0 ? duration(oldest) : '–' },
    { label: 'Running', to: { page: 'running' }, value: `${count(busy)} / ${count(workers)}` },
    { label: 'Retries', to: { page: 'jobs', set: 'retry' }, value: count(counts.retry) },
    {
      ...{ label: 'Dead', to: { page: 'jobs', set: 'dead' }, value: count(counts.dead) },
      tone: counts.dead > 0 ? 'bad' : '',
    },
    {
      ...{ label: 'Pools', to: { page: 'pools' }, value: count(pools.length) },
      tone: pools.length === 0 ? 'bad' : '',
    },
  ];
  return (
    <section>
      <h2 class="hidden">Now</h2>
      <ul class="cards">
        {cards.map(({ label, value, to, tone = '', values, line }) => (
          <li key={label}>
            <Link to={to}>
              <span class="label">{label}</span>
              <span class={`value ${tone}`}>{value}</span>
              {values && (
                <Sparkline values={values} tone={line ?? ''} what={`${label} in the last hour`} />
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Card {
  label: string;
  to: Route;
  value: string;
  tone?: string;
  values?: number[];
  /** The tone of its sparkline. */
  line?: string;
}

function rateOf(
  metrics: Metrics | undefined,
  kind: 'done' | 'failed',
): Pick<Card, 'value' | 'values'> {
  if (!metrics) return { value: '–' };
  const values = metrics.intervals.slice(0, -1).map((one) => one[kind]);
  const sum = values.slice(-RECENT).reduce((a, b) => a + b, 0);
  return { value: count(Math.round(sum / RECENT)), values };
}

function Busiest({ queues }: { queues: readonly Queue[] }) {
  const columns = useQueueColumns();
  const busiest = queues
    .toSorted((a, b) => b.count - a.count || b.inProgress - a.inProgress)
    .slice(0, BUSIEST);
  if (busiest.length === 0) return null;
  return (
    <section>
      <h2>Longest queues</h2>
      <Table
        caption="Longest queues"
        columns={columns}
        rows={busiest}
        keyOf={({ jobName }) => jobName}
      />
    </section>
  );
}
